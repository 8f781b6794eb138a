package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.identity.Home;
import io.penstock.streams.score.identity.Identity;
import io.penstock.streams.score.identity.Origin;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.Fingerprint;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>Throws only where trying the record again helps: registry or Kafka unavailable.
 */
final class ScoreProcessor implements Processor<byte[], byte[], String, Outgoing> {

  static final String WORK = "work";
  static final String RESULTS = "results";
  static final String LIFECYCLE = "lifecycle";
  static final String DEAD_LETTERS = "dead-letters";
  static final String REQUESTS = "put-back";

  private static final Logger LOG = LoggerFactory.getLogger(ScoreProcessor.class);

  private final ServiceClass serviceClass;
  private final ScoreParts parts;
  private final RecordReader reader;
  private final RecordWriter writer;
  private final Home home;
  private ProcessorContext<String, Outgoing> context;
  private FirstDecisions decisions;

  ScoreProcessor(ServiceClass serviceClass, ScoreParts parts) {
    this.serviceClass = serviceClass;
    this.parts = parts;
    this.reader = parts.newReader(serviceClass);
    this.writer = parts.newWriter();
    this.home = new Home(parts.settings().otherPartitions());
  }

  @Override
  public void init(ProcessorContext<String, Outgoing> context) {
    this.context = context;
    this.decisions =
        new FirstDecisions(
            context.getStateStore(FirstDecisions.STORE), parts.settings().idRetention());
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
      Taken unknown = new Taken(source, reading, null, Optional.empty(), now, began);
      refuse(unknown, refusal(judge(unknown, Optional.empty())));
    } else if (!home.isHome(identity.get().id(), source.key(), source.partition())
        && source.bytes() <= parts.limits().workBytes()) {
      putBack(new Taken(source, reading, identity.get(), Optional.empty(), now, began));
    } else {
      known(source, reading, identity.get(), now, began);
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
    refuseAnyway(source, new RecordReader.Reading.SetAside(request, setAside()), identity);
  }

  /** Refuses a record that cannot even be set aside, by its key alone. */
  private void refuseUnread(Record<byte[], byte[]> record) {
    SourceRecord source = SourceRecord.of(record, context.recordMetadata());
    refuseAnyway(
        source,
        new RecordReader.Reading.Unreadable(setAside()),
        Identity.ofUnreadable(source.idOutsideOfValue(serviceClass), source.value()));
  }

  private void refuseAnyway(
      SourceRecord source, RecordReader.Reading fault, Optional<Identity> identity) {
    Instant now = parts.clock().instant();
    if (identity.isPresent()) {
      known(source, fault, identity.get(), now, System.nanoTime());
    } else {
      Taken unknown = new Taken(source, fault, null, Optional.empty(), now, System.nanoTime());
      refuse(unknown, refusal(judge(unknown, Optional.empty())));
    }
  }

  private static Refusal setAside() {
    return new Refusal(
        RefusalCode.INTERNAL_ERROR,
        null,
        "scoring failed %d times on this request and leaves it; report it with its id, and"
                .formatted(CrashLoop.DEATHS)
            + " try again under a new id");
  }

  /** Looks the id up and follows what is known of it, before another class can decide on it. */
  private void known(
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
      Taken current = new Taken(source, reading, identity, own, now, began);
      Origin origin = source.origin(serviceClass);
      if (own.isPresent() && own.get().isAbout(origin)) {
        readAgain(current, own.get());
      } else if (first.isEmpty()) {
        decide(current);
      } else if (!first.get().isRepeatedBy(identity.fingerprint())) {
        conflict(current);
      } else {
        switch (first.get()) {
          case FirstDecision.Refused refused when isCorrected(current, refused.refusal()) ->
              conflict(current);
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
  private void readAgain(Taken current, FirstDecision decision) {
    if (parts.config().exactlyOnce()) {
      parts.metrics().duplicate();
      return;
    }
    switch (decision) {
      case FirstDecision.Refused ignored -> decide(current);
      case FirstDecision.Placed placed -> follow(current, placed);
    }
  }

  private void decide(Taken current) {
    switch (judge(current, Optional.empty())) {
      case ScoringOutcome.Refused(Refusal refusal) -> refuse(current, refusal);
      case ScoringOutcome.Scored scored -> {
        Optional<Outgoing> work = writer.work(scored, current.source().resultFormat());
        if (work.isPresent()) {
          pass(current, scored, work.get());
        } else {
          refuse(current, tooLarge());
        }
      }
    }
  }

  /** An equal request is with dispatch, which knows whether and how it ended. */
  private void follow(Taken current, FirstDecision.Placed first) {
    parts.metrics().duplicate();
    Optional<Outgoing> work =
        judge(current, Optional.of(first)) instanceof ScoringOutcome.Scored scored
            ? writer.work(scored, current.source().resultFormat())
            : Optional.empty();
    if (work.isEmpty()) {
      InferenceRequest request = current.request().orElseThrow();
      work =
          writer.work(
              parts.scorer().unscored(arrival(current, request), first, current.now()),
              current.source().resultFormat());
    }
    if (work.isEmpty()) {
      bury(current, tooLarge());
      return;
    }
    forward(current, current.id(), work.get(), WORK);
    if (current.before().filter(own -> !own.leavesIdFree()).isEmpty()
        && current.identity() != null) {
      // Another class's decision: should its transaction fail, this one stands for both.
      decisions.remember(current.identity().key(), first, current.before(), current.now());
    }
  }

  /**
   * Whether a request was refused for something that its fingerprint leaves out, such as its
   * deadline, and this one is no longer at fault there. The old refusal does not answer it.
   */
  private boolean isCorrected(Taken current, Refusal first) {
    return first.field() != null
        && Fingerprint.leavesOut(first.field())
        && !(judge(current, Optional.empty()) instanceof ScoringOutcome.Refused(Refusal again)
            && first.field().equals(again.field()));
  }

  /** An equal request was refused: so is this one. */
  private void repeat(Taken current, FirstDecision.Refused first) {
    parts.metrics().duplicate();
    RefusalRecords records = records(current, first.refusal());
    answer(current, records.repeated(current.id(), copyTo(current), Repetition.SAME, first.at()));
  }

  /** Another request has the id. That one's status and result are not touched. */
  private void conflict(Taken current) {
    parts.metrics().duplicate();
    Refusal refusal =
        new Refusal(
            RefusalCode.ID_CONFLICT,
            "id",
            "id %s was used before for a request that asks for something else; send this one under"
                    .formatted(Abbreviated.quote(current.id()))
                + " an id of its own");
    bury(current, refusal);
    RefusalRecords records = records(current, refusal);
    answer(
        current,
        records.repeated(current.id(), copyTo(current), Repetition.CONFLICT, current.now()));
    parts.metrics().refused(refusal.code(), since(current.began()));
  }

  /** Once only: a record that lies elsewhere although it was put back was not put there by us. */
  private void putBack(Taken current) {
    SourceRecord source = current.source();
    if (source.wasPutBack()) {
      bury(
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
    Outgoing same =
        new Outgoing(source.topic(), Optional.of(home.of(current.id())), source.value());
    context.forward(
        new Record<>(current.id(), same, current.now().toEpochMilli(), source.putBackHeaders()),
        REQUESTS);
  }

  /** Scoring, with a fault of ours turned into a refusal rather than an endless loop. */
  private ScoringOutcome judge(Taken current, Optional<FirstDecision.Placed> placed) {
    Optional<Refusal> unscored = current.reading().refusal();
    if (unscored.isPresent()) {
      return new ScoringOutcome.Refused(unscored.get());
    }
    InferenceRequest request = current.request().orElseThrow();
    SourceRecord source = current.source();
    ScoringOutcome outcome;
    try {
      outcome =
          parts
              .scorer()
              .score(
                  arrival(current, request), parts.views().routingContext(current.now()), placed);
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      LOG.error(
          "Scoring failed on {}-{}@{}", source.topic(), source.partition(), source.offset(), e);
      return new ScoringOutcome.Refused(
          new Refusal(
              RefusalCode.INTERNAL_ERROR,
              null,
              "scoring failed on this request; report it with its id, and try again"));
    }
    Optional<String> fault = replyTopicFault(request);
    return outcome instanceof ScoringOutcome.Scored && fault.isPresent()
        ? new ScoringOutcome.Refused(
            new Refusal(RefusalCode.INVALID_REPLY_TOPIC, "replyTopic", fault.get()))
        : outcome;
  }

  private Arrival arrival(Taken current, InferenceRequest request) {
    SourceRecord source = current.source();
    return current.identity() == null
        ? new Arrival(request, source.keyText(), serviceClass, source.acceptedAt())
        : new Arrival(
            request,
            source.keyText(),
            serviceClass,
            source.acceptedAt(),
            current.identity().fingerprint());
  }

  private void pass(Taken current, ScoringOutcome.Scored scored, Outgoing work) {
    String model = scored.request().getChoice().getModel();
    forward(current, scored.request().getId(), work, WORK);
    parts.views().admitted(scored.request());
    remember(
        current,
        new FirstDecision.Placed(
            scored.request().getFingerprint().orElse(null),
            current.source().origin(serviceClass),
            model,
            scored.request().getChoice().getVariant(),
            scored.partition()));
    if (parts.config().statusDetail().includes(RequestState.ACCEPTED)) {
      forward(
          current,
          RequestKey.of(scored.request().getTenant(), scored.request().getId()),
          writer.accepted(scored),
          LIFECYCLE);
    }
    scored.request().getChoice().getDegradations().forEach(parts.metrics()::degraded);
    parts.metrics().scored(model, since(current.began()));
  }

  private void refuse(Taken current, Refusal refusal) {
    bury(current, refusal);
    if (current.identity() != null) {
      RefusalRecords records = records(current, refusal);
      String id = current.id();
      InferenceResult result = records.result(id, copyTo(current));
      answer(current, result);
      Outgoing state = writer.state(records.status(id, parts.settings().names().results()));
      forward(current, RequestKey.of(result.getTenant(), id), state, LIFECYCLE);
      remember(
          current,
          new FirstDecision.Refused(
              current.identity().fingerprint(),
              current.source().origin(serviceClass),
              current.now(),
              refusal));
    }
    parts.metrics().refused(refusal.code(), since(current.began()));
  }

  private void bury(Taken current, Refusal refusal) {
    SourceRecord source = current.source();
    Optional<String> id = Optional.ofNullable(current.identity()).map(Identity::id);
    LOG.info(
        "Refused {}-{}@{}, request {}: {}",
        source.topic(),
        source.partition(),
        source.offset(),
        Printable.of(id.orElse("without id")),
        Printable.of(refusal.message()));
    Outgoing letter = writer.deadLetter(records(current, refusal).deadLetter(id));
    forward(current, id.orElse(null), letter, DEAD_LETTERS);
  }

  private void answer(Taken current, InferenceResult result) {
    forward(current, result.getId(), writer.result(result), RESULTS);
  }

  private void remember(Taken current, FirstDecision decision) {
    if (current.identity() != null) {
      decisions.remember(current.identity().key(), decision, current.before(), current.now());
    }
  }

  private Optional<String> replyTopicFault(InferenceRequest request) {
    return request
        .getReplyTopic()
        .flatMap(
            topic ->
                parts
                    .replyTopics()
                    .fault(request.getTenant(), topic, parts.views().routing().rules().state()));
  }

  /** Where the answer is copied to, if it may be. */
  private Optional<String> copyTo(Taken current) {
    return current
        .request()
        .filter(request -> replyTopicFault(request).isEmpty())
        .flatMap(InferenceRequest::getReplyTopic);
  }

  private RefusalRecords records(Taken current, Refusal refusal) {
    return new RefusalRecords(
        serviceClass, current.source(), current.request(), refusal, current.now());
  }

  private void forward(Taken current, @Nullable String key, Outgoing outgoing, String sink) {
    Headers headers = current.source().traceHeaders();
    long timestamp = OutputTime.millis(current.source().acceptedAt(), current.now());
    context.forward(new Record<>(key, outgoing, timestamp, headers), sink);
  }

  private Refusal tooLarge() {
    return new Refusal(
        RefusalCode.REQUEST_TOO_LARGE,
        "body",
        "the scored request is larger than a record of %d bytes; shorten the body"
            .formatted(parts.limits().workBytes()));
  }

  private static Refusal refusal(ScoringOutcome outcome) {
    return switch (outcome) {
      case ScoringOutcome.Refused(Refusal refusal) -> refusal;
      case ScoringOutcome.Scored scored ->
          throw new IllegalStateException("scored without a legal id: " + scored.partition());
    };
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
