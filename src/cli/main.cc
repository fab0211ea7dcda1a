#include "cli/command_line.h"

int main(int argument_count, char** arguments) { return sluice::cli::Main(argument_count, arguments); }
