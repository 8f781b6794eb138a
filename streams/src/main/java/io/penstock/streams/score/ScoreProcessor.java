package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.identity.Home;
import io.penstock.streams.score.identity.Identity;
import io.penstock.streams.score.identity.Origin;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Reads, scores and passes on one record at a time. Each record ends in exactly one of these ways:
 *
 * <ul>
 *   <li>in its model's partition;
 *   <li>refused, with a dead letter and, if its id is known, a FAILED result;
 *   <li>put back into its topic, where its id belongs ({@link Home});
 *   <li>answered as the repetition of a request that was refused, or as a conflict with one that
 *       asked for something else under the same id.
 * </ul>
 *
 * <p>All states of an id lie in one partition of the lifecycle topic: where its first request has
 * its home. Only a refusal that leaves the id free lets another home follow, and what is known of
 * the first is then taken out of the old one.
 *
 * <p>Throws only where trying the record again helps: registry or Kafka unavailable.
 */
final class ScoreProcessor implements Processor<byte[], byte[], String, Outgoing> {

  private final ServiceClass serviceClass;
  private final ScoreParts parts;
  private final RecordReader reader;
  private final Judge judge;
  private final Home home;
  private ProcessorContext<String, Outgoing> context;
  private FirstDecisions decisions;
  private ScoreOutput output;

  ScoreProcessor(ServiceClass serviceClass, ScoreParts parts) {
    this.serviceClass = serviceClass;
    this.parts = parts;
    this.reader = parts.newReader(serviceClass);
    this.judge = new Judge(serviceClass, parts);
    this.home = new Home(parts.settings().otherPartitions());
  }

  @Override
  public void init(ProcessorContext<String, Outgoing> context) {
    this.context = context;
    this.decisions =
        new FirstDecisions(
            context.getStateStore(FirstDecisions.STORE), parts.settings().idRetention());
    this.output = new ScoreOutput(serviceClass, parts, judge, decisions, context);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata position = context.recordMetadata().orElseThrow();
    if (parts.crashLoop().hopeless(position)) {
      refuseUnread(record);
    } else if (parts.crashLoop().condemned(position)) {
      parts.crashLoop().watch(position, () -> setAside(record));
    } else {
      parts.crashLoop().watch(position, () -> take(record));
    }
    if (parts.batchEnd().reached()) {
      context.commit();
    }
  }

  @Override
  public void close() {
    parts.batchEnd().forget();
  }

  private void take(Record<byte[], byte[]> record) {
    long began = System.nanoTime();
    Instant now = parts.clock().instant();
    SourceRecord source = SourceRecord.of(record, context.recordMetadata());
    RecordReader.Reading reading = reader.read(source);
    Optional<Identity> identity = identity(source, reading);
    if (identity.isEmpty()) {
      refuseWithoutId(new CurrentRecord(source, reading, null, Optional.empty(), now, began));
    } else if (!home.isHome(identity.get().id(), source.key(), source.partition())
        && source.bytes() <= parts.limits().workBytes()) {
      putBack(new CurrentRecord(source, reading, identity.get(), Optional.empty(), now, began));
    } else {
      compareWithFirst(source, reading, identity.get(), now, began);
    }
  }

  private Optional<Identity> identity(SourceRecord source, RecordReader.Reading reading) {
    Optional<String> id = source.idOutsideOfValue(serviceClass);
    return switch (reading) {
      case RecordReader.Reading.Read(InferenceRequest request) -> Identity.of(request, id);
      case RecordReader.Reading.SetAside(InferenceRequest part, Refusal ignored) ->
          Identity.of(part, id, source.fingerprint());
      case RecordReader.Reading.Unreadable ignored -> Identity.ofUnreadable(id, source.value());
    };
  }

  /**
   * Refuses a record that has ended one thread after another. It is read once more, for whose
   * request it is; whatever goes wrong with that costs no more than the tenant's name.
   */
  private void setAside(Record<byte[], byte[]> record) {
    SourceRecord source = SourceRecord.of(record, context.recordMetadata());
    InferenceRequest request;
    Optional<Identity> identity;
    try {
      RecordReader.Reading reading = reader.read(source);
      if (reading.known().isEmpty()) {
        refuseUnread(record);
        return;
      }
      request = reading.known().get();
      identity = identity(source, reading);
    } catch (RegistryUnavailableException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      refuseUnread(record);
      return;
    }
    refuseAnyway(source, new RecordReader.Reading.SetAside(request, failsAlways()), identity);
  }

  /** Refuses a record that cannot even be set aside, by its key alone. */
  private void refuseUnread(Record<byte[], byte[]> record) {
    SourceRecord source = SourceRecord.of(record, context.recordMetadata());
    refuseAnyway(
        source,
        new RecordReader.Reading.Unreadable(failsAlways()),
        Identity.ofUnreadable(source.idOutsideOfValue(serviceClass), source.value()));
  }

  private void refuseAnyway(
      SourceRecord source, RecordReader.Reading fault, Optional<Identity> identity) {
    Instant now = parts.clock().instant();
    if (identity.isPresent()) {
      compareWithFirst(source, fault, identity.get(), now, System.nanoTime());
    } else {
      refuseWithoutId(
          new CurrentRecord(source, fault, null, Optional.empty(), now, System.nanoTime()));
    }
  }

  private void refuseWithoutId(CurrentRecord current) {
    switch (judge.judge(current)) {
      case ScoringOutcome.Refused(Refusal refusal) -> output.refuse(current, refusal);
      case ScoringOutcome.Scored scored ->
          throw new IllegalStateException("scored without a legal id: " + scored.partition());
    }
  }

  private static Refusal failsAlways() {
    return new Refusal(
        RefusalCode.INTERNAL_ERROR,
        null,
        "scoring failed %d times on this request and gave up on it; report it with its id, and"
                .formatted(CrashLoop.DEATHS)
            + " try again under a new id");
  }

  /** Looks the id up and follows what is known of it, before another class can decide on it. */
  private void compareWithFirst(
      SourceRecord source,
      RecordReader.Reading reading,
      Identity identity,
      Instant now,
      long began) {
    Lock lock = parts.memory().lockOf(identity.key());
    lock.lock();
    try {
      Optional<FirstDecision> own = decisions.of(identity.key(), now);
      Optional<FirstDecision> first =
          own.filter(decision -> !decision.leavesIdFree())
              .or(
                  () ->
                      parts
                          .memory()
                          .elsewhere(serviceClass, source.partition(), identity.key(), now));
      CurrentRecord current = new CurrentRecord(source, reading, identity, own, now, began);
      Origin origin = source.origin(serviceClass);
      if (own.isPresent() && own.get().isAbout(origin)) {
        readAgain(current, own.get());
      } else if (first.isEmpty()) {
        decide(current);
      } else if (!first.get().isRepeatedBy(identity.fingerprint())) {
        conflict(current, usedBefore(current));
      } else {
        switch (first.get()) {
          case FirstDecision.Refused refused when isCorrected(current, refused) ->
              conflict(current, corrected(current, refused.refusal()));
          case FirstDecision.Refused refused -> repeat(current, refused);
          case FirstDecision.Placed placed -> follow(current, placed);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * This very record was decided on before. With exactly once all was written then, and it is read
   * again because positions were lost or reset; without, a crash may have lost what was written.
   */
  private void readAgain(CurrentRecord current, FirstDecision decision) {
    if (parts.config().exactlyOnce()) {
      parts.metrics().duplicate();
      return;
    }
    switch (decision) {
      case FirstDecision.Refused ignored -> decide(current);
      case FirstDecision.Placed placed -> follow(current, placed);
    }
  }

  private void decide(CurrentRecord current) {
    switch (judge.judge(current)) {
      case ScoringOutcome.Refused(Refusal refusal) -> output.refuse(current, refusal);
      case ScoringOutcome.Scored scored -> {
        Optional<Outgoing> work = output.work(current, scored);
        if (work.isPresent()) {
          output.place(current, scored, work.get());
        } else {
          output.refuse(current, tooLarge());
        }
      }
    }
  }

  /** An equal request is with dispatch, which knows whether and how it ended. */
  private void follow(CurrentRecord current, FirstDecision.Placed first) {
    parts.metrics().duplicate();
    Optional<Outgoing> work =
        judge.judge(current, first) instanceof ScoringOutcome.Scored scored
            ? output.work(current, scored)
            : Optional.empty();
    work = work.or(() -> output.work(current, judge.unscored(current, first)));
    if (work.isPresent()) {
      output.follow(current, first, work.get());
    } else {
      output.deadLetter(current, tooLarge());
    }
  }

  /**
   * Returns whether a request was refused for something that its fingerprint leaves out, such as
   * its deadline, and this one has another value there, which is not at fault. The old refusal does
   * not answer it. The very same request stays refused, whatever the rules say today.
   */
  private boolean isCorrected(CurrentRecord current, FirstDecision.Refused first) {
    return current.request().filter(first::differsInField).isPresent()
        && !(judge.judge(current) instanceof ScoringOutcome.Refused(Refusal again)
            && Objects.equals(first.refusal().field(), again.field()));
  }

  /** An equal request was refused: so is this one. */
  private void repeat(CurrentRecord current, FirstDecision.Refused first) {
    parts.metrics().duplicate();
    output.repeat(current, first);
  }

  /** The id is taken. The first request's status and result are not touched. */
  private void conflict(CurrentRecord current, Refusal refusal) {
    parts.metrics().duplicate();
    output.conflict(current, refusal);
  }

  private static Refusal usedBefore(CurrentRecord current) {
    return new Refusal(
        RefusalCode.ID_CONFLICT,
        "id",
        "id %s was used before for a request that asks for something else; send this one under"
                .formatted(Abbreviated.quote(current.id()))
            + " an id of its own");
  }

  private static Refusal corrected(CurrentRecord current, Refusal first) {
    return new Refusal(
        RefusalCode.ID_CONFLICT,
        "id",
        "the request with id %s was refused before for its %s; send the corrected one under"
                .formatted(Abbreviated.quote(current.id()), first.field())
            + " another id");
  }

  /** Puts a record back once. One that was put back and lies elsewhere was not put there by us. */
  private void putBack(CurrentRecord current) {
    if (current.source().wasPutBack()) {
      output.deadLetter(
          current,
          new Refusal(
              RefusalCode.INVALID_ID,
              "id",
              "the record has the header %s and lies outside of its id's partition; do not copy"
                      .formatted(SourceRecord.ACCEPTED_AT)
                  + " records of this topic, or leave this header out"));
      return;
    }
    parts.metrics().putBack();
    output.putBack(current, home.of(current.id()));
  }

  private Refusal tooLarge() {
    return new Refusal(
        RefusalCode.REQUEST_TOO_LARGE,
        "body",
        "the scored request is larger than a record of %d bytes; shorten the body"
            .formatted(parts.limits().workBytes()));
  }
}
