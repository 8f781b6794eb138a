package io.penstock.streams.score;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.identity.Home;
import io.penstock.streams.score.identity.Identity;
import io.penstock.streams.score.request.Fingerprint;
import io.penstock.streams.score.request.Refusal;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what was decided about a record, and remembers it by the record's id. An instance belongs
 * to one thread.
 */
final class ScoreOutput {

  static final String WORK = "work";
  static final String RESULTS = "results";
  static final String LIFECYCLE = "lifecycle";
  static final String DEAD_LETTERS = "dead-letters";
  static final String REQUESTS = "put-back";

  private static final Logger LOG = LoggerFactory.getLogger(ScoreOutput.class);

  private final ServiceClass serviceClass;
  private final ScoreParts parts;
  private final Judge judge;
  private final FirstDecisions decisions;
  private final ProcessorContext<String, Outgoing> context;
  private final RecordWriter writer;

  ScoreOutput(
      ServiceClass serviceClass,
      ScoreParts parts,
      Judge judge,
      FirstDecisions decisions,
      ProcessorContext<String, Outgoing> context) {
    this.serviceClass = serviceClass;
    this.parts = parts;
    this.judge = judge;
    this.decisions = decisions;
    this.context = context;
    this.writer = parts.newWriter();
  }

  /** The record for the model's partition; empty if Kafka would not take one so large. */
  Optional<Outgoing> work(CurrentRecord current, ScoringOutcome.Scored scored) {
    return writer.work(scored, current.source().resultFormat());
  }

  /** Places the first request of an id in its model's partition. */
  void place(CurrentRecord current, ScoringOutcome.Scored scored, Outgoing work) {
    String model = scored.request().getChoice().getModel();
    forward(current, scored.request().getId(), work, WORK);
    parts.views().admitted(scored.request());
    leaveFormerHome(current);
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
    parts.metrics().scored(model, current.elapsed());
  }

  /** Sends a repetition to where the first request was placed. */
  void follow(CurrentRecord current, FirstDecision.Placed first, Outgoing work) {
    forward(current, current.id(), work, WORK);
    if (current.before().filter(own -> !own.leavesIdFree()).isEmpty()) {
      // Another class's decision: should its transaction fail, this one stands for both.
      remember(current, first);
    }
  }

  /** Leaves a dead letter and, if the id is known, a result and a state. */
  void refuse(CurrentRecord current, Refusal refusal) {
    deadLetter(current, refusal);
    if (current.identity() != null) {
      RefusalRecords records = records(current, refusal);
      String id = current.id();
      InferenceResult result = records.result(id, judge.copyTo(current));
      answer(current, result);
      leaveFormerHome(current);
      Outgoing state = writer.state(records.status(id, parts.settings().names().results()));
      forward(current, RequestKey.of(result.getTenant(), id), state, LIFECYCLE);
      remember(
          current,
          new FirstDecision.Refused(
              current.identity().fingerprint(),
              current
                  .request()
                  .map(request -> Fingerprint.ofLeftOut(request, refusal.field()))
                  .orElse(null),
              current.source().origin(serviceClass),
              current.now(),
              result.getReplyKey(),
              refusal));
    }
    parts.metrics().refused(refusal.code(), current.elapsed());
  }

  /** Answers a repetition as the first request, which was refused, was answered. */
  void repeat(CurrentRecord current, FirstDecision.Refused first) {
    answer(
        current,
        records(current, first.refusal())
            .repeated(current.id(), judge.copyTo(current), Repetition.SAME, first.at()));
  }

  /** Refuses a request whose id another has, and touches neither the state nor the result of it. */
  void conflict(CurrentRecord current, Refusal refusal) {
    deadLetter(current, refusal);
    answer(
        current,
        records(current, refusal)
            .repeated(current.id(), judge.copyTo(current), Repetition.CONFLICT, current.now()));
    parts.metrics().refused(refusal.code(), current.elapsed());
  }

  void deadLetter(CurrentRecord current, Refusal refusal) {
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

  /** Puts a record back into its topic as it came, in the partition of its id. */
  void putBack(CurrentRecord current, int partition) {
    SourceRecord source = current.source();
    Outgoing same = new Outgoing(source.topic(), Optional.of(partition), source.value());
    context.forward(
        new Record<>(current.id(), same, current.now().toEpochMilli(), source.putBackHeaders()),
        REQUESTS);
  }

  /** Takes what is known of a refused request out of its home, where this one has another. */
  private void leaveFormerHome(CurrentRecord current) {
    Optional<String> replyKey = current.request().flatMap(Home::replyKey);
    if (!(current.before().orElse(null) instanceof FirstDecision.Refused before)
        || before.replyKey().equals(replyKey)) {
      return;
    }
    Identity identity = Objects.requireNonNull(current.identity());
    forward(current, identity.key(), writer.forgotten(before.replyKey(), identity.id()), LIFECYCLE);
  }

  private void answer(CurrentRecord current, InferenceResult result) {
    forward(current, result.getId(), writer.result(result), RESULTS);
  }

  private void remember(CurrentRecord current, FirstDecision decision) {
    if (current.identity() != null) {
      decisions.remember(current.identity().key(), decision, current.before(), current.now());
    }
  }

  private RefusalRecords records(CurrentRecord current, Refusal refusal) {
    return new RefusalRecords(
        serviceClass, current.source(), current.request(), refusal, current.now());
  }

  private void forward(
      CurrentRecord current, @Nullable String key, Outgoing outgoing, String sink) {
    Headers headers = current.source().traceHeaders();
    long timestamp = OutputTime.millis(current.source().acceptedAt(), current.now());
    context.forward(new Record<>(key, outgoing, timestamp, headers), sink);
  }
}
