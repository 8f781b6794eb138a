package io.penstock.streams.delivery;

import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which reply topics made trouble, and decides how the next result for them is treated. A
 * topic that is unavailable is set aside: delivery holds its results and tries again after 5 s,
 * then after twice as long each time, up to a minute. If the topic fails again within ten minutes
 * of having come back, the pause goes on growing from there. Delivery does not try a topic that
 * refuses for some seconds, and sends a topic that found a result too large none of that size for a
 * minute.
 *
 * <p>Tries of topics that are set aside take at most a fifth of the time, however many topics those
 * are. This class knows neither Kafka nor the clock. An instance belongs to one thread.
 */
final class ReplyTopicStates {

  static final PauseRule PAUSES = new PauseRule(Duration.ofSeconds(5), Duration.ofMinutes(1));
  static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);
  static final Duration MISSING_FOR = Duration.ofSeconds(2);
  static final Duration REFUSED_FOR = Duration.ofSeconds(30);
  static final Duration TOO_LARGE_FOR = Duration.ofMinutes(1);
  static final int REST_AFTER_TRY = 4;
  private static final int MOST = 10_000;

  /** The next step for a result. */
  sealed interface Treatment {
    /** It is copied. */
    record Copy() implements Treatment {}

    /** It waits for the topic. */
    record Hold() implements Treatment {}

    /** It becomes a dead letter. */
    record Bury(Trouble trouble) implements Treatment {}
  }

  private static final class State {
    @Nullable Instant failingSince;
    Instant nextTry = Instant.MIN;
    Instant backSince = Instant.MIN;
    int pauses;
    @Nullable Trouble refuses;
    Instant refusesUntil = Instant.MIN;
    int tooLarge = Integer.MAX_VALUE;
    Instant tooLargeUntil = Instant.MIN;
  }

  private final Map<String, State> states =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, State> eldest) {
          return size() > MOST;
        }
      };
  private Instant triesFrom = Instant.MIN;

  /** Decides how a result of this size for a topic is treated. */
  Treatment treat(String topic, int bytes, Instant now) {
    State state = states.get(topic);
    if (state == null) {
      return new Treatment.Copy();
    }
    if (state.refuses != null && now.isBefore(state.refusesUntil)) {
      return new Treatment.Bury(state.refuses);
    }
    if (bytes >= state.tooLarge && now.isBefore(state.tooLargeUntil)) {
      return new Treatment.Bury(Trouble.TOO_LARGE);
    }
    return state.failingSince == null ? new Treatment.Copy() : new Treatment.Hold();
  }

  /** A topic did not take a result of this size. */
  void failed(String topic, Trouble trouble, int bytes, Instant now) {
    State state = states.computeIfAbsent(topic, ignored -> new State());
    switch (trouble) {
      case TOO_LARGE -> {
        boolean fresh = now.isBefore(state.tooLargeUntil);
        state.tooLarge = fresh ? Math.min(state.tooLarge, bytes) : bytes;
        state.tooLargeUntil = now.plus(TOO_LARGE_FOR);
      }
      case MISSING -> refuse(state, trouble, now.plus(MISSING_FOR));
      case NOT_AUTHORISED, REFUSED, NOT_ALLOWED, UNREADABLE ->
          refuse(state, trouble, now.plus(REFUSED_FOR));
      case UNAVAILABLE -> setAside(state, now);
    }
  }

  private static void refuse(State state, Trouble trouble, Instant until) {
    state.refuses = trouble;
    state.refusesUntil = until;
    state.failingSince = null;
  }

  private static void setAside(State state, Instant now) {
    boolean again =
        state.failingSince != null || now.isBefore(after(state.backSince, FORGIVEN_AFTER));
    state.pauses = again ? state.pauses + 1 : 1;
    state.failingSince = state.failingSince == null ? now : state.failingSince;
    state.nextTry = now.plus(PAUSES.after(state.pauses));
  }

  private static Instant after(Instant instant, Duration length) {
    return instant.equals(Instant.MIN) ? instant : instant.plus(length);
  }

  /** A topic took results. */
  void delivered(String topic, Instant now) {
    State state = states.get(topic);
    if (state != null && state.failingSince != null) {
      state.failingSince = null;
      state.backSince = now;
    }
  }

  /** The topic that is to be tried again now, if any; the one whose turn was first. */
  Optional<String> due(Instant now) {
    if (now.isBefore(triesFrom)) {
      return Optional.empty();
    }
    return states.entrySet().stream()
        .filter(each -> each.getValue().failingSince != null)
        .filter(each -> !now.isBefore(each.getValue().nextTry))
        .min(Comparator.comparing(each -> each.getValue().nextTry))
        .map(Map.Entry::getKey);
  }

  /** A try of a topic that was set aside has taken this long. */
  void tried(Duration took, Instant now) {
    triesFrom = now.plus(took.multipliedBy(REST_AFTER_TRY));
  }

  boolean isSetAside(String topic) {
    State state = states.get(topic);
    return state != null && state.failingSince != null;
  }

  int setAside() {
    return (int) states.values().stream().filter(state -> state.failingSince != null).count();
  }
}
