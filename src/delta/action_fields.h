#pragma once

#include "delta/action.h"
#include "delta/commit_rules.h"
#include "delta/object_fields.h"

namespace sluice::delta {

/// The bodies of actions as JSON objects: what stands behind "add": in a log, and in checksum files and hints.
///
/// Reading as ReadFields; members that are not in the text keep their values.
bool Read(JsonReader& in, AddFile& add);
bool Read(JsonReader& in, RemoveFile& remove);
bool Read(JsonReader& in, CdcFile& cdc);
bool Read(JsonReader& in, Protocol& protocol);
bool Read(JsonReader& in, Metadata& metadata);
bool Read(JsonReader& in, SetTransaction& transaction);
bool Read(JsonReader& in, DomainMetadata& domain);
bool Read(JsonReader& in, CheckpointMetadata& checkpoint);
bool Read(JsonReader& in, Sidecar& sidecar);
bool Read(JsonReader& in, DeletionVectorDescriptor& vector);
/// Leniently: a value of another type than expected is kept as JSON text where text is kept, else left out.
bool Read(JsonReader& in, CommitInfo& info);

/// Read the body of the action `name` into `actions`; what does not belong into a file of the log of this kind is
/// skipped, and so is a second commitInfo. Fails for a second protocol, metaData or checkpointMetadata.
bool ReadAction(JsonReader& in, std::string_view name, LogFileKind kind, ActionSet& actions);

void Write(JsonWriter& out, const AddFile& add);
void Write(JsonWriter& out, const RemoveFile& remove);
void Write(JsonWriter& out, const CdcFile& cdc);
void Write(JsonWriter& out, const Protocol& protocol);
void Write(JsonWriter& out, const Metadata& metadata);
void Write(JsonWriter& out, const SetTransaction& transaction);
void Write(JsonWriter& out, const DomainMetadata& domain);
void Write(JsonWriter& out, const CheckpointMetadata& checkpoint);
void Write(JsonWriter& out, const Sidecar& sidecar);
void Write(JsonWriter& out, const DeletionVectorDescriptor& vector);
void Write(JsonWriter& out, const CommitInfo& info);

}  // namespace sluice::delta
