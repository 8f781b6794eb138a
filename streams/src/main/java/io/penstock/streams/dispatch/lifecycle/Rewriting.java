package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a request's facts while it is in dispatch: by a command, or by a move. A pure function.
 */
final class Rewriting {

  private static final double PER_MILLION = 1e-6;

  private Rewriting() {}

  /** The request as somebody wants it ranked. */
  static DispatchEntry ranked(
      DispatchEntry entry, Event.Reprioritised change, Duration longestDeadline, Instant now) {
    ScoredFacts facts = entry.getFacts();
    Instant latest = facts.getAcceptedAt().plus(longestDeadline);
    // A deadline in the past is a cancellation in disguise: those have a command of their own.
    Instant deadline =
        change.deadline() != null && change.deadline().isAfter(now)
            ? earlier(change.deadline(), latest)
            : facts.getDeadline();
    return DispatchEntry.newBuilder(entry)
        .setFacts(
            ScoredFacts.newBuilder(facts)
                .setServiceClass(
                    change.serviceClass() != null ? change.serviceClass() : facts.getServiceClass())
                .setNotBefore(deferral(facts, change.serviceClass(), deadline))
                .setDeadline(deadline)
                .setFirstTokenBy(earlier(facts.getFirstTokenBy(), deadline))
                .build())
        .build();
  }

  /**
   * The time until which batch waits for cheaper hours; null for other classes, or if the deadline
   * comes first.
   */
  private static @Nullable Instant deferral(
      ScoredFacts facts, @Nullable ServiceClass wanted, Instant deadline) {
    return wanted != null && wanted != ServiceClass.BATCH
        ? null
        : facts.getNotBefore().filter(notBefore -> notBefore.isBefore(deadline)).orElse(null);
  }

  /**
   * The request as it waits elsewhere: with the choice, prices and tokens of the alternative. Where
   * it was is no alternative any more, so that it never comes back to a target it has left.
   *
   * @param partition the shard it leaves, which holds the payload unless another does
   */
  static DispatchEntry moved(DispatchEntry entry, Event.Moved move, int partition) {
    return switch (move.cause()) {
      case UNHEALTHY, DEADLINE, CONTEXT -> elsewhere(entry, move, partition);
      case PARTITIONS -> handedOn(entry, partition);
    };
  }

  /** The request as it was, for another shard. */
  private static DispatchEntry handedOn(DispatchEntry entry, int partition) {
    return DispatchEntry.newBuilder(entry)
        .setPayloadPartition(entry.getPayloadPartition().orElse(partition))
        .setMoves(entry.getMoves() + 1)
        .setLease(null)
        .build();
  }

  private static DispatchEntry elsewhere(DispatchEntry entry, Event.Moved move, int partition) {
    ScoredFacts facts = entry.getFacts();
    ModelAlternative to = move.to();
    List<ModelAlternative> rest = new ArrayList<>(facts.getAlternatives());
    rest.removeIf(each -> isSame(each, to));
    boolean stays = to.getPartition() == partition;
    return DispatchEntry.newBuilder(entry)
        .setFacts(
            ScoredFacts.newBuilder(facts)
                .setChoice(choice(facts.getChoice(), move))
                .setPromptTokens(to.getPromptTokens())
                .setPredictedOutputTokens(to.getPredictedOutputTokens())
                .setMaxOutputTokens(to.getMaxOutputTokens())
                .setInputPricePerMillion(to.getInputPricePerMillion().orElse(null))
                .setOutputPricePerMillion(to.getOutputPricePerMillion().orElse(null))
                .setAlternatives(rest)
                .build())
        .setPayloadPartition(entry.getPayloadPartition().orElse(stays ? null : (Integer) partition))
        .setMoves(entry.getMoves() + 1)
        .setNotBefore(null)
        .setAvoidWorker(null)
        .setAvoidUntil(null)
        .setFirstFailedAt(null)
        .setFailedOn(List.of())
        .setRefusedBy(null)
        .setLease(null)
        .build();
  }

  private static ModelChoice choice(ModelChoice before, Event.Moved move) {
    ModelAlternative to = move.to();
    Target from = Target.of(before);
    List<String> movedFrom = new ArrayList<>(before.getMovedFrom());
    movedFrom.add(from + ": " + move.reason());
    return ModelChoice.newBuilder(before)
        .setModel(to.getModel())
        .setVariant(to.getVariant().orElse(null))
        .setProvider(to.getProvider().orElse(null))
        .setReason("%s; moved from %s: %s".formatted(before.getReason(), from, move.reason()))
        .setExpectedQuality(to.getExpectedQuality().orElse(null))
        .setPredictedPrice(price(to))
        .setPredictedWaitMillis(null)
        .setMovedFrom(movedFrom)
        .build();
  }

  private static @Nullable Double price(ModelAlternative to) {
    if (to.getInputPricePerMillion().isEmpty()) {
      return null;
    }
    double input = to.getPromptTokens() * to.getInputPricePerMillion().get();
    double output = to.getPredictedOutputTokens() * to.getOutputPricePerMillion().orElse(0.0);
    return (input + output) * PER_MILLION;
  }

  private static boolean isSame(ModelAlternative one, ModelAlternative other) {
    return one.getModel().equals(other.getModel()) && one.getVariant().equals(other.getVariant());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
