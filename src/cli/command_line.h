#pragma once

namespace sluice::cli {

/// The whole command: read the arguments, do what they say, print, and return the exit code.
int Main(int argument_count, char** arguments);

}  // namespace sluice::cli
