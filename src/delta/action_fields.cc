#include "delta/action_fields.h"

namespace sluice::delta {

namespace {

constexpr ObjectField<DeletionVectorDescriptor> kDescriptorFields[] = {
    {"storageType", true,
     [](JsonReader& in, DeletionVectorDescriptor& vector) {
       std::string type;
       if (!in.Read(type)) return false;
       if (type.size() != 1) return in.Fail("one letter is expected");
       vector.storage_type = type[0];
       return true;
     },
     [](const DeletionVectorDescriptor&) { return true; },
     [](JsonWriter& out, const DeletionVectorDescriptor& vector) {
       out.Write(std::string_view(&vector.storage_type, 1));
     }},
    Member<&DeletionVectorDescriptor::path_or_inline>("pathOrInlineDv", Need::kRequired),
    Member<&DeletionVectorDescriptor::offset>("offset"),
    Member<&DeletionVectorDescriptor::size_bytes>("sizeInBytes", Need::kRequired),
    Member<&DeletionVectorDescriptor::cardinality>("cardinality", Need::kRequired),
};

constexpr ObjectField<AddFile> kAddFields[] = {
    Member<&AddFile::path>("path", Need::kRequired),
    Member<&AddFile::partition_values>("partitionValues", Need::kRequired),
    Member<&AddFile::size_bytes>("size", Need::kRequired),
    Member<&AddFile::modification_time_ms>("modificationTime", Need::kRequired),
    Member<&AddFile::data_change>("dataChange", Need::kRequired),
    Member<&AddFile::stats>("stats"),
    Member<&AddFile::tags>("tags"),
    Member<&AddFile::deletion_vector>("deletionVector"),
    Member<&AddFile::base_row_id>("baseRowId"),
    Member<&AddFile::default_row_commit_version>("defaultRowCommitVersion"),
    Member<&AddFile::clustering_provider>("clusteringProvider"),
};

constexpr ObjectField<RemoveFile> kRemoveFields[] = {
    Member<&RemoveFile::path>("path", Need::kRequired),
    Member<&RemoveFile::deletion_timestamp_ms>("deletionTimestamp"),
    Member<&RemoveFile::data_change>("dataChange", Need::kRequired),
    Member<&RemoveFile::extended_file_metadata>("extendedFileMetadata"),
    Member<&RemoveFile::partition_values>("partitionValues"),
    Member<&RemoveFile::size_bytes>("size"),
    Member<&RemoveFile::tags>("tags"),
    Member<&RemoveFile::deletion_vector>("deletionVector"),
    Member<&RemoveFile::base_row_id>("baseRowId"),
    Member<&RemoveFile::default_row_commit_version>("defaultRowCommitVersion"),
};

constexpr ObjectField<CdcFile> kCdcFields[] = {
    Member<&CdcFile::path>("path", Need::kRequired),
    Member<&CdcFile::partition_values>("partitionValues", Need::kRequired),
    Member<&CdcFile::size_bytes>("size", Need::kRequired),
    Member<&CdcFile::tags>("tags"),
    // Always false, so that no member keeps it.
    {"dataChange", true,
     [](JsonReader& in, CdcFile&) {
       bool ignored = false;
       return in.Read(ignored);
     },
     [](const CdcFile&) { return true; }, [](JsonWriter& out, const CdcFile&) { out.Write(false); }},
};

constexpr ObjectField<Protocol> kProtocolFields[] = {
    Member<&Protocol::min_reader_version>("minReaderVersion", Need::kRequired),
    Member<&Protocol::min_writer_version>("minWriterVersion", Need::kRequired),
    Member<&Protocol::reader_features>("readerFeatures"),
    Member<&Protocol::writer_features>("writerFeatures"),
};

constexpr ObjectField<Metadata> kFormatFields[] = {
    Member<&Metadata::format_provider>("provider", Need::kRequired),
    Member<&Metadata::format_options>("options"),
};

constexpr ObjectField<Metadata> kMetadataFields[] = {
    Member<&Metadata::id>("id", Need::kRequired),
    Member<&Metadata::name>("name"),
    Member<&Metadata::description>("description"),
    {"format", true, [](JsonReader& in, Metadata& metadata) { return ReadFields(in, kFormatFields, metadata); },
     [](const Metadata&) { return true; },
     [](JsonWriter& out, const Metadata& metadata) { WriteFields(out, kFormatFields, metadata); }},
    Member<&Metadata::schema_string>("schemaString", Need::kRequired),
    Member<&Metadata::partition_columns>("partitionColumns", Need::kRequired),
    Member<&Metadata::configuration>("configuration"),
    Member<&Metadata::created_time_ms>("createdTime"),
};

constexpr ObjectField<SetTransaction> kTransactionFields[] = {
    Member<&SetTransaction::app_id>("appId", Need::kRequired),
    Member<&SetTransaction::version>("version", Need::kRequired),
    Member<&SetTransaction::last_updated_ms>("lastUpdated"),
};

constexpr ObjectField<DomainMetadata> kDomainFields[] = {
    Member<&DomainMetadata::domain>("domain", Need::kRequired),
    Member<&DomainMetadata::configuration>("configuration", Need::kRequired),
    Member<&DomainMetadata::removed>("removed", Need::kRequired),
};

constexpr ObjectField<CheckpointMetadata> kCheckpointFields[] = {
    Member<&CheckpointMetadata::version>("version", Need::kRequired),
    Member<&CheckpointMetadata::tags>("tags"),
};

constexpr ObjectField<Sidecar> kSidecarFields[] = {
    Member<&Sidecar::path>("path", Need::kRequired),
    Member<&Sidecar::size_bytes>("sizeInBytes", Need::kRequired),
    Member<&Sidecar::modification_time_ms>("modificationTime", Need::kRequired),
    Member<&Sidecar::tags>("tags"),
};

template <typename Action>
bool ReadOne(JsonReader& in, std::optional<Action>& action) {
  if (action) return in.Fail("the action is there twice");
  return Read(in, action.emplace());
}

template <typename Action>
bool ReadNext(JsonReader& in, std::vector<Action>& actions) {
  return Read(in, actions.emplace_back());
}

}  // namespace

bool Read(JsonReader& in, AddFile& add) { return ReadFields(in, kAddFields, add); }
bool Read(JsonReader& in, RemoveFile& remove) { return ReadFields(in, kRemoveFields, remove); }
bool Read(JsonReader& in, CdcFile& cdc) { return ReadFields(in, kCdcFields, cdc); }
bool Read(JsonReader& in, Protocol& protocol) { return ReadFields(in, kProtocolFields, protocol); }
bool Read(JsonReader& in, Metadata& metadata) { return ReadFields(in, kMetadataFields, metadata); }
bool Read(JsonReader& in, SetTransaction& transaction) { return ReadFields(in, kTransactionFields, transaction); }
bool Read(JsonReader& in, DomainMetadata& domain) { return ReadFields(in, kDomainFields, domain); }
bool Read(JsonReader& in, CheckpointMetadata& checkpoint) { return ReadFields(in, kCheckpointFields, checkpoint); }
bool Read(JsonReader& in, Sidecar& sidecar) { return ReadFields(in, kSidecarFields, sidecar); }
bool Read(JsonReader& in, DeletionVectorDescriptor& vector) { return ReadFields(in, kDescriptorFields, vector); }

bool ReadAction(JsonReader& in, std::string_view name, LogFileKind kind, ActionSet& actions) {
  if (name == "add") return ReadNext(in, actions.adds);
  if (name == "remove") return ReadNext(in, actions.removes);
  if (name == "txn") return ReadNext(in, actions.transactions);
  if (name == "domainMetadata") return ReadNext(in, actions.domains);
  if (name == "protocol") return ReadOne(in, actions.protocol);
  if (name == "metaData") return ReadOne(in, actions.metadata);
  const bool checkpoint = kind == LogFileKind::kCheckpoint;
  if (checkpoint && name == "checkpointMetadata") return ReadOne(in, actions.checkpoint_metadata);
  if (checkpoint && name == "sidecar") return ReadNext(in, actions.sidecars);
  if (!checkpoint && name == "cdc") return ReadNext(in, actions.cdcs);
  // Of several the first counts: only that one can hold the timestamp.
  if (!checkpoint && name == "commitInfo" && !actions.commit_info) return ReadOne(in, actions.commit_info);
  return in.Skip();
}

void Write(JsonWriter& out, const AddFile& add) { WriteFields(out, kAddFields, add); }
void Write(JsonWriter& out, const RemoveFile& remove) { WriteFields(out, kRemoveFields, remove); }
void Write(JsonWriter& out, const CdcFile& cdc) { WriteFields(out, kCdcFields, cdc); }
void Write(JsonWriter& out, const Protocol& protocol) { WriteFields(out, kProtocolFields, protocol); }
void Write(JsonWriter& out, const Metadata& metadata) { WriteFields(out, kMetadataFields, metadata); }
void Write(JsonWriter& out, const SetTransaction& transaction) { WriteFields(out, kTransactionFields, transaction); }
void Write(JsonWriter& out, const DomainMetadata& domain) { WriteFields(out, kDomainFields, domain); }
void Write(JsonWriter& out, const CheckpointMetadata& checkpoint) { WriteFields(out, kCheckpointFields, checkpoint); }
void Write(JsonWriter& out, const Sidecar& sidecar) { WriteFields(out, kSidecarFields, sidecar); }
void Write(JsonWriter& out, const DeletionVectorDescriptor& vector) { WriteFields(out, kDescriptorFields, vector); }

}  // namespace sluice::delta
