package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.NameRule;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, scores and passes on one record at a time. Each record ends in exactly one of three ways:
 * in its model's partition; refused, with a dead letter and, if its id is known and has no earlier
 * decision, a FAILED result; or dropped as a repetition of an id that has its result.
 *
 * <p>Throws only where trying the record again helps: registry or Kafka unavailable.
 */
final class ScoreProcessor implements Processor<byte[], byte[], String, Outgoing> {

  static final String WORK = "work";
  static final String RESULTS = "results";
  static final String LIFECYCLE = "lifecycle";
  static final String DEAD_LETTERS = "dead-letters";

  private static final Logger LOG = LoggerFactory.getLogger(ScoreProcessor.class);

  private final ServiceClass serviceClass;
  private final ScoreParts parts;
  private final RecordReader reader;
  private final RecordWriter writer;
  private ProcessorContext<String, Outgoing> context;
  private FirstDecisions decisions;

  ScoreProcessor(ServiceClass serviceClass, ScoreParts parts) {
    this.serviceClass = serviceClass;
    this.parts = parts;
    this.reader = parts.newReader();
    this.writer = parts.newWriter();
  }

  @Override
  public void init(ProcessorContext<String, Outgoing> context) {
    this.context = context;
    this.decisions =
        new FirstDecisions(
            context.getStateStore(FirstDecisions.STORE), parts.settings().resultRetention());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata position = context.recordMetadata().orElseThrow();
    if (parts.crashLoop().condemned(position)) {
      setAside(record);
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
    switch (reader.read(source)) {
      case RecordReader.Reading.Unreadable(Refusal refusal) ->
          unreadable(source, refusal, now, began);
      case RecordReader.Reading.Read(InferenceRequest request) ->
          readable(source, request, now, began);
    }
  }

  /** Refuses a record that has ended one thread after another, without looking into it again. */
  private void setAside(Record<byte[], byte[]> record) {
    SourceRecord source = SourceRecord.of(record, context.recordMetadata());
    Refusal refusal =
        new Refusal(
            RefusalCode.INTERNAL_ERROR,
            null,
            "scoring failed %d times on this request and leaves it; report it with its id, and try again under a new id"
                .formatted(CrashLoop.DEATHS));
    unreadable(source, refusal, parts.clock().instant(), System.nanoTime());
  }

  private void unreadable(SourceRecord source, Refusal refusal, Instant now, long began) {
    Optional<String> id = source.keyAsId();
    Optional<FirstDecision> first = id.flatMap(known -> decisions.of(known, now));
    refuse(records(source, Optional.empty(), refusal, now), id, first, began);
  }

  private void readable(SourceRecord source, InferenceRequest request, Instant now, long began) {
    Optional<String> id = answerable(source, request);
    Optional<FirstDecision> first = id.flatMap(known -> decisions.of(known, now));
    Optional<FirstDecision.Placed> placed =
        first.filter(FirstDecision.Placed.class::isInstance).map(FirstDecision.Placed.class::cast);
    switch (judge(source, request, now, placed)) {
      case ScoringOutcome.Refused(Refusal refusal) ->
          refuse(records(source, Optional.of(request), refusal, now), id, first, began);
      case ScoringOutcome.Scored scored -> {
        if (first.isPresent() && placed.isEmpty()) {
          parts.metrics().duplicate();
          LOG.debug("{} was refused before and has its result", request.getId());
          return;
        }
        Optional<Outgoing> work = writer.work(scored);
        if (work.isPresent()) {
          pass(source, scored, work.get(), now, first.isEmpty(), began);
        } else {
          Refusal refusal = tooLarge();
          refuse(records(source, Optional.of(request), refusal, now), id, first, began);
        }
      }
    }
  }

  /**
   * The id that a refusal is answered under. Where the record's key says another than the request,
   * it is the key: what is known of an id lies in the partition of its key, and a request may not
   * get somebody else's id answered.
   */
  private static Optional<String> answerable(SourceRecord source, InferenceRequest request) {
    Optional<String> key = source.keyText();
    return key.isEmpty() || key.get().equals(request.getId())
        ? Optional.of(request.getId()).filter(NameRule::legal)
        : source.keyAsId();
  }

  /** Scoring, with a fault of ours turned into a refusal rather than an endless loop. */
  private ScoringOutcome judge(
      SourceRecord source,
      InferenceRequest request,
      Instant now,
      Optional<FirstDecision.Placed> placed) {
    ScoringOutcome outcome;
    try {
      Arrival arrival = new Arrival(request, source.keyText(), serviceClass, source.acceptedAt());
      outcome = parts.scorer().score(arrival, parts.views().situation(now), placed);
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      LOG.error(
          "Scoring failed on {}-{}@{}", source.topic(), source.partition(), source.offset(), e);
      return new ScoringOutcome.Refused(
          new Refusal(
              RefusalCode.INTERNAL_ERROR,
              null,
              "scoring failed on this request; report it with its id, and try again under a new"
                  + " id"));
    }
    Optional<String> fault = replyTopicFault(request);
    return outcome instanceof ScoringOutcome.Scored && fault.isPresent()
        ? new ScoringOutcome.Refused(
            new Refusal(RefusalCode.INVALID_REPLY_TOPIC, "replyTopic", fault.get()))
        : outcome;
  }

  private void pass(
      SourceRecord source,
      ScoringOutcome.Scored scored,
      Outgoing work,
      Instant now,
      boolean first,
      long began) {
    String id = scored.request().getId();
    String model = scored.request().getChoice().getModel();
    forward(source, id, work, now, WORK);
    if (first) {
      decisions.remember(
          id,
          new FirstDecision.Placed(
              model, scored.request().getChoice().getVariant(), scored.partition()),
          now);
      if (parts.config().lifecycle() == LifecycleDetail.ALL) {
        forward(source, id, writer.accepted(scored), now, LIFECYCLE);
      }
    }
    scored.request().getChoice().getDegradations().forEach(parts.metrics()::degraded);
    parts.metrics().scored(model, since(began));
  }

  private void refuse(
      RefusalRecords records, Optional<String> id, Optional<FirstDecision> first, long began) {
    Instant now = records.now();
    SourceRecord source = records.source();
    LOG.info(
        "Refused {}-{}@{}, request {}: {}",
        source.topic(),
        source.partition(),
        source.offset(),
        Printable.of(id.orElse("without id")),
        Printable.of(records.refusal().message()));
    forward(source, id.orElse(null), writer.deadLetter(records.deadLetter(id)), now, DEAD_LETTERS);
    if (first.isPresent()) {
      parts.metrics().duplicate();
    } else if (id.isPresent()) {
      Optional<String> copyTo =
          records
              .request()
              .filter(request -> replyTopicFault(request).isEmpty())
              .flatMap(InferenceRequest::getReplyTopic);
      forward(source, id.get(), writer.result(records.result(id.get(), copyTo)), now, RESULTS);
      if (parts.config().lifecycle() != LifecycleDetail.NONE) {
        String topic = parts.settings().names().results();
        Outgoing state = writer.state(records.status(id.get(), topic));
        forward(source, id.get(), state, now, LIFECYCLE);
      }
      decisions.remember(id.get(), new FirstDecision.Refused(), now);
    }
    parts.metrics().refused(records.refusal().code(), since(began));
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

  private RefusalRecords records(
      SourceRecord source, Optional<InferenceRequest> request, Refusal refusal, Instant now) {
    return new RefusalRecords(serviceClass, source, request, refusal, now);
  }

  private void forward(
      SourceRecord source, @Nullable String key, Outgoing outgoing, Instant now, String sink) {
    Headers headers = source.traceHeaders();
    long timestamp = OutputTime.millis(source.acceptedAt(), now);
    context.forward(new Record<>(key, outgoing, timestamp, headers), sink);
  }

  private Refusal tooLarge() {
    return new Refusal(
        RefusalCode.REQUEST_TOO_LARGE,
        "body",
        "the scored request is larger than a record of %d bytes; shorten the body"
            .formatted(parts.limits().workBytes()));
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
