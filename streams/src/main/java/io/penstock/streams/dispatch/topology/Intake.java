package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.trace.TraceParent;
import io.penstock.streams.dispatch.lifecycle.Verdict;
import io.penstock.streams.dispatch.shard.DispatchShard;
import io.penstock.streams.runtime.LetterHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into calls of the shard. One that cannot be read becomes a dead letter, and the
 * next is unharmed. A request that can be read and not be worked with fails, if it is known whose
 * it is.
 */
final class Intake {

  private final Map<String, Reader> readers = new HashMap<>();
  private final Map<String, Ending> endings = new HashMap<>();
  private final DispatchShard shard;
  private final Set<String> forClients;
  private final Outputs outputs;
  private final int maxLetterBytes;

  /** Reads one topic's records into the shard. */
  @FunctionalInterface
  private interface Reader {
    void read(Record<String, byte[]> record, RecordMetadata position, Instant now);
  }

  /** Ends the request that one topic's record is about, if it can be told which it is. */
  @FunctionalInterface
  private interface Ending {
    Ended read(byte[] value, RecordMetadata position, Instant now);
  }

  /** A request that is to end. Changes the shard, so nothing of the record is read any more. */
  @FunctionalInterface
  private interface Ended {
    Verdict apply(DispatchShard shard, Failure failure);
  }

  Intake(
      DispatchShard shard,
      TopicNames names,
      AvroSerdes serdes,
      Outputs outputs,
      int maxLetterBytes) {
    this.shard = shard;
    this.forClients = Set.of(names.control(), names.cancellations());
    this.outputs = outputs;
    this.maxLetterBytes = maxLetterBytes;
    Deserializer<ScoredFacts> facts = serdes.deserializer(ScoredFacts.class);
    Deserializer<WorkerDemand> demands = serdes.deserializer(WorkerDemand.class);
    Deserializer<DispatchTransfer> transfers = serdes.deserializer(DispatchTransfer.class);
    Deserializer<AttemptOutcome> outcomes = serdes.deserializer(AttemptOutcome.class);
    Deserializer<ControlCommand> commands = serdes.deserializer(ControlCommand.class);
    Map<ServiceClass, String> work = new EnumMap<>(ServiceClass.class);
    for (ServiceClass serviceClass : ServiceClass.values()) {
      work.put(serviceClass, names.work(serviceClass));
    }
    work.forEach(
        (serviceClass, topic) ->
            readers.put(
                topic,
                (record, position, now) ->
                    work(
                        facts.deserialize(topic, record.value()),
                        serviceClass,
                        position.offset(),
                        TraceParent.in(record.headers()).orElse(null),
                        now)));
    work.forEach(
        (serviceClass, topic) ->
            endings.put(
                topic,
                (value, position, now) -> {
                  DispatchEntry entry =
                      SetAside.work(
                          facts.deserialize(topic, value), serviceClass, position.offset(), now);
                  return (to, failure) -> to.unusable(entry, false, failure, now);
                }));
    endings.put(
        names.transfers(),
        (value, position, now) -> {
          DispatchEntry entry =
              SetAside.transfer(transfers.deserialize(position.topic(), value), now);
          return (to, failure) -> to.unusable(entry, true, failure, now);
        });
    endings.put(
        names.outcomes(),
        (value, position, now) -> {
          AttemptOutcome outcome =
              Plausibility.check(outcomes.deserialize(position.topic(), value), now);
          return (to, failure) -> to.outcome(SetAside.outcome(outcome, failure), now);
        });
    readers.put(
        names.demand(),
        (record, position, now) ->
            shard.demand(
                Plausibility.check(demands.deserialize(position.topic(), record.value())), now));
    readers.put(
        names.transfers(),
        (record, position, now) ->
            transfer(transfers.deserialize(position.topic(), record.value()), now));
    readers.put(
        names.outcomes(),
        (record, position, now) ->
            shard.outcome(
                Plausibility.check(outcomes.deserialize(position.topic(), record.value()), now),
                now));
    readers.put(
        names.control(),
        (record, position, now) ->
            shard.control(
                Plausibility.check(commands.deserialize(position.topic(), record.value())), now));
    readers.put(
        names.cancellations(),
        (record, position, now) ->
            shard.control(
                Plausibility.requesters(commands.deserialize(position.topic(), record.value())),
                now));
  }

  /**
   * Takes in one record.
   *
   * @return whether it could be read
   * @throws io.penstock.schemas.serde.RegistryUnavailableException if it may be readable later
   */
  boolean take(Record<String, byte[]> record, RecordMetadata position, Instant now) {
    if (record.value() == null) {
      outputs.bury(shortKey(record), letter(record, position, "The record has no value.", now));
      return false;
    }
    try {
      readers.get(position.topic()).read(record, position, now);
      return true;
    } catch (MalformedRecordException | Plausibility.ImplausibleException e) {
      outputs.bury(shortKey(record), letter(record, position, String.valueOf(e.getMessage()), now));
      return false;
    }
  }

  /**
   * Ends the request of a record that has ended one thread after another. Where it cannot be read
   * whose it is, or nothing waits for it, a dead letter is all that is left of the record.
   *
   * @throws io.penstock.schemas.serde.RegistryUnavailableException if it may be readable later
   */
  void setAside(Record<String, byte[]> record, RecordMetadata position, Instant now) {
    Ended ended = ending(record, position, now);
    if (ended == null || ended.apply(shard, SetAside.FAILURE) != Verdict.FINISHED) {
      bury(record, position, now);
    }
  }

  /** Reads without changing anything, so that whatever goes wrong here costs the answer only. */
  private @Nullable Ended ending(
      Record<String, byte[]> record, RecordMetadata position, Instant now) {
    Ending ending = endings.get(position.topic());
    if (ending == null || record.value() == null) {
      return null;
    }
    try {
      return ending.read(record.value(), position, now);
    } catch (RegistryUnavailableException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      return null;
    }
  }

  /** Buries a record that cannot even be set aside, without looking into it again. */
  void bury(Record<String, byte[]> record, RecordMetadata position, Instant now) {
    outputs.bury(shortKey(record), letter(record, position, SetAside.FAILURE.getMessage(), now));
  }

  private void work(
      ScoredFacts facts,
      ServiceClass serviceClass,
      long offset,
      @Nullable String traceparent,
      Instant now) {
    try {
      Plausibility.check(facts);
    } catch (Plausibility.ImplausibleException e) {
      DispatchEntry entry =
          DispatchEntry.newBuilder()
              .setFacts(answerable(facts, e, now))
              .setPayloadClass(serviceClass)
              .setPayloadOffset(offset)
              .setQueuedAt(now)
              .setAttempts(0)
              .setFailures(0)
              .setOverloads(0)
              .setTraceparent(traceparent)
              .build();
      shard.unusable(entry, false, unusable(e), now);
      return;
    }
    shard.work(facts, serviceClass, offset, traceparent, now);
  }

  private void transfer(DispatchTransfer transfer, Instant now) {
    try {
      Plausibility.check(transfer);
    } catch (Plausibility.ImplausibleException e) {
      DispatchEntry entry =
          DispatchEntry.newBuilder(transfer.getEntry())
              .setFacts(answerable(transfer.getEntry().getFacts(), e, now))
              .setQueuedAt(now)
              .setLease(null)
              .build();
      shard.unusable(entry, true, unusable(e), now);
      return;
    }
    shard.transfer(transfer, now);
  }

  /**
   * @throws Plausibility.ImplausibleException if it cannot be answered either
   */
  private static ScoredFacts answerable(
      ScoredFacts facts, Plausibility.ImplausibleException why, Instant now) {
    if (!Plausibility.isAnswerable(facts)) {
      throw why;
    }
    return Plausibility.answerable(facts, now);
  }

  private static Failure unusable(Plausibility.ImplausibleException why) {
    return new Failure(
        FailureCategory.INVALID,
        "unusable_record",
        "The scored request cannot be used: %s. Only Penstock's own jobs should write it."
            .formatted(why.getMessage()),
        null,
        null,
        null);
  }

  private DeadLetter letter(
      Record<String, byte[]> record, RecordMetadata position, String why, Instant now) {
    LetterHeaders headers = LetterHeaders.of(record.headers());
    return DeadLetter.newBuilder()
        .setRequestId(shortKey(record))
        .setStage("dispatch")
        .setFailure(
            new Failure(
                FailureCategory.INVALID,
                "unreadable_record",
                why + hint(position.topic()),
                null,
                null,
                null))
        .setSourceTopic(position.topic())
        .setSourcePartition(position.partition())
        .setSourceOffset(position.offset())
        .setSourceKey(
            Optional.ofNullable(shortKey(record))
                .map(key -> ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)))
                .orElse(null))
        .setSourceValue(
            Optional.ofNullable(record.value())
                .filter(value -> value.length <= maxLetterBytes)
                .map(ByteBuffer::wrap)
                .orElse(null))
        .setHeaders(headers.values())
        .setRepeatedHeaders(headers.repeated())
        .setDeadAt(now)
        .build();
  }

  private String hint(String topic) {
    return forClients.contains(topic)
        ? ""
        : " Only Penstock's own jobs and workers should write to this topic.";
  }

  /** The key, unless it is longer than any of ours. */
  private static @Nullable String shortKey(Record<String, byte[]> record) {
    return record.key() == null || record.key().length() > Ids.MAX_LENGTH ? null : record.key();
  }
}
