package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Refuses values that are readable and absurd, before they reach the rules: what these assume of
 * names, numbers and times holds from here on. An outcome is not lost for its wording or its clock:
 * long texts are cut, and times and counts that cannot be are left out.
 */
final class Plausibility {

  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");
  private static final long MOST_LEASES = 1L << 52;
  private static final long MOST_TOKENS = 1L << 40;
  private static final int MOST_MODELS = 1000;
  private static final int MOST_ALTERNATIVES = 8;
  private static final int LONGEST_TEXT = 4000;

  private Plausibility() {}

  /** A value that no job or worker of ours writes; the message names the field. */
  static final class ImplausibleException extends RuntimeException {

    ImplausibleException(String message) {
      super(message);
    }
  }

  static ScoredFacts check(ScoredFacts facts) {
    name("id", facts.getId());
    name("tenant", facts.getTenant());
    name("choice.model", facts.getChoice().getModel());
    facts.getChoice().getVariant().ifPresent(variant -> name("choice.variant", variant));
    time("createdAt", facts.getCreatedAt());
    time("acceptedAt", facts.getAcceptedAt());
    time("scoredAt", facts.getScoredAt());
    time("firstTokenBy", facts.getFirstTokenBy());
    time("deadline", facts.getDeadline());
    notNegative("promptTokens", facts.getPromptTokens());
    notNegative("predictedOutputTokens", facts.getPredictedOutputTokens());
    notNegative("attempts", facts.getAttempts());
    facts.getNotBefore().ifPresent(at -> time("notBefore", at));
    facts.getReplyKey().ifPresent(key -> name("replyKey", key));
    facts.getWebhook().ifPresent(webhook -> name("webhook", webhook));
    if (facts.getAlternatives().size() > MOST_ALTERNATIVES) {
      throw new ImplausibleException(
          "alternatives has more than %d entries".formatted(MOST_ALTERNATIVES));
    }
    for (ModelAlternative each : facts.getAlternatives()) {
      name("alternatives.model", each.getModel());
      each.getVariant().ifPresent(variant -> name("alternatives.variant", variant));
      notNegative("alternatives.promptTokens", each.getPromptTokens());
      notNegative("alternatives.predictedOutputTokens", each.getPredictedOutputTokens());
    }
    return facts;
  }

  static DispatchTransfer check(DispatchTransfer transfer) {
    DispatchEntry entry = transfer.getEntry();
    check(entry.getFacts());
    time("queuedAt", entry.getQueuedAt());
    notNegative("moves", entry.getMoves());
    if (entry.getMoves() == 0 || entry.getLease().isPresent()) {
      throw new ImplausibleException("a transfer has one move or more, and no lease");
    }
    return transfer;
  }

  /** Returns whether it is known whose request this is, so that it can be answered. */
  static boolean isAnswerable(ScoredFacts facts) {
    return isName(facts.getId()) && isName(facts.getTenant());
  }

  /**
   * The facts of a request that is to be answered and not to be run, with everything replaced that
   * {@link #check(ScoredFacts)} might refuse, but for its id and tenant.
   */
  static ScoredFacts answerable(ScoredFacts facts, Instant now) {
    return ScoredFacts.newBuilder(facts)
        .setChoice(
            ModelChoice.newBuilder(facts.getChoice())
                .setModel(cut(facts.getChoice().getModel(), Ids.MAX_LENGTH))
                .setVariant(
                    facts.getChoice().getVariant().map(v -> cut(v, Ids.MAX_LENGTH)).orElse(null))
                .build())
        .setCreatedAt(plausible(facts.getCreatedAt(), now))
        .setAcceptedAt(plausible(facts.getAcceptedAt(), now))
        .setScoredAt(plausible(facts.getScoredAt(), now))
        .setFirstTokenBy(plausible(facts.getFirstTokenBy(), now))
        .setDeadline(plausible(facts.getDeadline(), now))
        .setPromptTokens(Math.max(0, facts.getPromptTokens()))
        .setPredictedOutputTokens(Math.max(0, facts.getPredictedOutputTokens()))
        .setMaxOutputTokens(Math.max(0, facts.getMaxOutputTokens()))
        .setAttempts(Math.max(0, facts.getAttempts()))
        .setNotBefore(null)
        .setAlternatives(List.of())
        .setReplyKey(facts.getReplyKey().filter(Plausibility::isName).orElse(null))
        .setWebhook(facts.getWebhook().filter(Plausibility::isName).orElse(null))
        .build();
  }

  static WorkerDemand check(WorkerDemand demand) {
    name("workerId", demand.getWorkerId());
    name("session", demand.getSession());
    notNegative("sequence", demand.getSequence());
    notNegative("leasesReceived", demand.getLeasesReceived());
    if (demand.getLeasesReceived() > MOST_LEASES || demand.getLeaseLimit() > MOST_LEASES) {
      throw new ImplausibleException("leaseLimit or leasesReceived is beyond " + MOST_LEASES);
    }
    if (demand.getModels().size() > MOST_MODELS) {
      throw new ImplausibleException("models has more than %d names".formatted(MOST_MODELS));
    }
    demand.getModels().forEach(Plausibility::target);
    return demand;
  }

  /**
   * @param now takes the place of a time that cannot be
   */
  static AttemptOutcome check(AttemptOutcome outcome, Instant now) {
    name("requestId", outcome.getRequestId());
    outcome.getTenant().ifPresent(tenant -> name("tenant", tenant));
    name("workerId", outcome.getWorkerId());
    name("session", outcome.getSession());
    boolean credible =
        isPlausible(outcome.getReceivedAt())
            && isPlausible(outcome.getFinishedAt())
            && outcome.getStartedAt().map(Plausibility::isPlausible).orElse(true)
            && outcome.getFirstTokenAt().map(Plausibility::isPlausible).orElse(true)
            && outcome.getUsage().map(Plausibility::isPlausible).orElse(true);
    boolean brief = outcome.getFailure().map(Plausibility::isShort).orElse(true);
    if (credible && brief) {
      return outcome;
    }
    return AttemptOutcome.newBuilder(outcome)
        .setFailure(outcome.getFailure().map(Plausibility::cut).orElse(null))
        .setReceivedAt(plausible(outcome.getReceivedAt(), now))
        .setFinishedAt(plausible(outcome.getFinishedAt(), now))
        .setStartedAt(outcome.getStartedAt().filter(Plausibility::isPlausible).orElse(null))
        .setFirstTokenAt(outcome.getFirstTokenAt().filter(Plausibility::isPlausible).orElse(null))
        .setUsage(outcome.getUsage().filter(Plausibility::isPlausible).orElse(null))
        .build();
  }

  static ControlCommand check(ControlCommand command) {
    command.getRequestId().ifPresent(id -> name("requestId", id));
    command.getTenant().ifPresent(tenant -> name("tenant", tenant));
    command.getWorkerId().ifPresent(id -> name("workerId", id));
    command.getDeadline().ifPresent(deadline -> time("deadline", deadline));
    switch (command.getKind()) {
      case CANCEL, REPRIORITISE -> {
        needed(command, "requestId", command.getRequestId());
        needed(command, "tenant", command.getTenant());
      }
      case DRAIN -> needed(command, "workerId", command.getWorkerId());
    }
    if (command.getReason().map(String::length).orElse(0) <= LONGEST_TEXT) {
      return command;
    }
    return ControlCommand.newBuilder(command)
        .setReason(cut(command.getReason().orElse("")))
        .build();
  }

  /**
   * A command on the topic of requesters, who may cancel their own tenant's requests and nothing
   * else.
   */
  static ControlCommand requesters(ControlCommand command) {
    if (command.getKind() != CommandKind.CANCEL) {
      throw new ImplausibleException(
          "kind is %s; requesters may only CANCEL. Operators write other commands to the topic control"
              .formatted(command.getKind()));
    }
    return check(command);
  }

  private static void needed(ControlCommand command, String field, Optional<String> value) {
    if (value.isEmpty()) {
      throw new ImplausibleException(
          "%s is missing; a command of kind %s needs it".formatted(field, command.getKind()));
    }
  }

  private static boolean isShort(Failure failure) {
    return failure.getMessage().length() <= LONGEST_TEXT
        && failure.getCode().length() <= LONGEST_TEXT
        && failure.getField().map(String::length).orElse(0) <= LONGEST_TEXT;
  }

  private static Failure cut(Failure failure) {
    return Failure.newBuilder(failure)
        .setMessage(cut(failure.getMessage()))
        .setCode(cut(failure.getCode()))
        .setField(failure.getField().map(Plausibility::cut).orElse(null))
        .build();
  }

  private static String cut(String text) {
    return cut(text, LONGEST_TEXT);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }

  private static boolean isName(String value) {
    return !value.isEmpty() && value.length() <= Ids.MAX_LENGTH;
  }

  private static boolean isPlausible(Instant time) {
    return !time.isBefore(EARLIEST) && !time.isAfter(LATEST);
  }

  private static Instant plausible(Instant time, Instant otherwise) {
    return isPlausible(time) ? time : otherwise;
  }

  private static boolean isPlausible(TokenUsage usage) {
    return isCount(usage.getPromptTokens())
        && isCount(usage.getCompletionTokens())
        && isCount(usage.getCachedPromptTokens());
  }

  private static boolean isCount(long tokens) {
    return tokens >= 0 && tokens <= MOST_TOKENS;
  }

  private static void name(String field, String value) {
    if (!isName(value)) {
      throw new ImplausibleException(
          "%s has %d characters; it must have 1 to %d"
              .formatted(field, value.length(), Ids.MAX_LENGTH));
    }
  }

  private static void target(String text) {
    Target target = Target.parse(text);
    name("models", target.model());
    if (target.variant() != null) {
      name("models", target.variant());
    }
  }

  private static void time(String field, Instant value) {
    if (!isPlausible(value)) {
      throw new ImplausibleException(
          "%s is %s; times are microseconds since 1970".formatted(field, value));
    }
  }

  private static void notNegative(String field, long value) {
    if (value < 0) {
      throw new ImplausibleException("%s is %d; it must be 0 or more".formatted(field, value));
    }
  }
}
