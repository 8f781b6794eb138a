package io.penstock.workers.capacity;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.retry.PauseRule;
import io.penstock.schemas.text.Printable;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.FailureCodes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how long an engine gets no requests, and how many it gets afterwards. Workers of one
 * process whose engines share an account share this object too, since the provider counts their
 * calls together. The time is passed in. This class is thread-safe.
 *
 * <ul>
 *   <li><b>A rate limit</b>, a 429 or a 503 with Retry-After, pauses for as long as the engine
 *       says. If the engine does not say, the pause is a second, and twice as long each time it
 *       happens again before anything was answered, up to a minute. The number of requests at once
 *       is halved. It grows again by one a second, also during the pause, or faster if growing back
 *       to the slots would take more than a minute. So an engine that refuses everything gets about
 *       two requests a second in the long run, however long its pauses are.
 *   <li><b>Anything else</b> that asks for a pause, such as a server that does not run or an
 *       account that is used up, may last: after the pause single requests try it, until one is
 *       answered.
 * </ul>
 */
public final class EnginePause {

  private static final Logger LOG = LoggerFactory.getLogger(EnginePause.class);

  /** The longest pause that an engine can ask for. Engines limit what servers can ask of them. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final PauseRule BACKOFF =
      new PauseRule(Duration.ofSeconds(1), Duration.ofMinutes(1));
  private static final int MAX_REASON = 200;

  /** A halved concurrency grows back within this time, whatever the number of slots. */
  private static final double RECOVERY_SECONDS = 60;

  private static final Map<String, EnginePause> BY_ACCOUNT = new ConcurrentHashMap<>();

  private final List<Member> members = new ArrayList<>();
  private @Nullable Instant until;
  private String reason = "";
  private boolean trial;
  private @Nullable Instant loweredAt;
  private double loweredTo;
  private int unanswered;
  private long count;

  /** Tells whether the engine may be given more. */
  public sealed interface Admission {

    /** The engine asked for no pause, or has answered since. */
    Admission OPEN = new Open();

    /** The engine may be given as much as its other limits allow. */
    record Open() implements Admission {}

    /**
     * The engine asked for a pause that is not over.
     *
     * @param reason the reason, for a person
     */
    record Paused(Instant until, String reason) implements Admission {}

    /**
     * The pause is over, and this many requests at once try the engine.
     *
     * @param most 1 or more
     */
    record Limited(int most) implements Admission {}
  }

  private record Member(int slots, Runnable wake) {}

  /** The object that all engines of this process with this account share. */
  public static EnginePause ofAccount(String account) {
    return BY_ACCOUNT.computeIfAbsent(account, _ -> new EnginePause());
  }

  /**
   * Joins a worker, which is woken when a pause begins.
   *
   * @return ends the membership
   */
  public synchronized Runnable join(int slots, Runnable wake) {
    Member member = new Member(slots, wake);
    members.add(member);
    return () -> leave(member);
  }

  @SuppressWarnings("ReferenceEquality")
  private synchronized void leave(Member member) {
    members.removeIf(each -> each == member);
  }

  public synchronized Admission admission(Instant now) {
    if (until != null && now.isBefore(until)) {
      return new Admission.Paused(until, reason);
    }
    if (trial) {
      return new Admission.Limited(1);
    }
    double allowed = allowed(now);
    if (allowed >= slots()) {
      return Admission.OPEN;
    }
    return new Admission.Limited((int) Math.max(1, allowed / Math.max(1, members.size())));
  }

  /** The end of the pause; empty if there is none or it is over. */
  public synchronized Optional<Instant> pausedUntil(Instant now) {
    return Optional.ofNullable(until).filter(now::isBefore);
  }

  /** Returns how many pauses have begun. */
  public synchronized long count() {
    return count;
  }

  /**
   * Learns from what the engine said to a request.
   *
   * @param startedAt when the request was given to the engine: a refusal of one that was under way
   *     when the last pause began tells nothing new
   * @param running requests under way at this worker, this one included
   * @return the reply, with the time until the pause is over if it is the cause of one
   */
  public EngineReply heard(EngineReply reply, Instant startedAt, int running, Instant now) {
    List<Runnable> woken = List.of();
    EngineReply told = reply;
    synchronized (this) {
      switch (reply) {
        case EngineReply.Answered _ -> answered(startedAt, now);
        case EngineReply.Failed(Failure failure) -> {
          FailureCategory category = failure.getCategory();
          if (category == FailureCategory.OVERLOADED && asksForPause(failure)) {
            Duration pause = pause(failure, startedAt, running, now);
            told = new EngineReply.Failed(withRetryAfter(failure, pause));
            woken = members.stream().map(Member::wake).toList();
          } else if (category == FailureCategory.INVALID || category == FailureCategory.REJECTED) {
            answered(startedAt, now);
          }
        }
      }
    }
    woken.forEach(Runnable::run);
    return told;
  }

  private static boolean asksForPause(Failure failure) {
    return failure.getRetryAfterMillis().isPresent()
        || failure.getCode().equals(FailureCodes.RATE_LIMITED);
  }

  private static boolean isRateLimit(Failure failure) {
    return failure.getCode().equals(FailureCodes.RATE_LIMITED)
        || failure.getCode().equals(FailureCodes.OVERLOADED);
  }

  /** Begins a pause, or prolongs the present one; returns what is left of it. */
  private Duration pause(Failure failure, Instant startedAt, int running, Instant now) {
    boolean news = loweredAt == null || startedAt.isAfter(loweredAt);
    if (isRateLimit(failure)) {
      if (news) {
        loweredTo = Math.max(1, flight(running, now) / 2);
        loweredAt = now;
        unanswered++;
      }
    } else {
      trial = true;
    }
    Instant end = now.plus(length(failure));
    boolean paused = until != null && now.isBefore(until);
    if (!paused) {
      count++;
      reason = Printable.of(failure.getCode() + ": " + failure.getMessage(), MAX_REASON);
      LOG.warn("The engine is paused until {}: {}", end, reason);
    }
    if (!paused || end.isAfter(until)) {
      until = end;
    }
    return Duration.between(now, until);
  }

  /** Returns how much ran: all that was allowed if not one more request could have started. */
  private double flight(int running, Instant now) {
    double allowed = allowed(now);
    double ran = (double) running * Math.max(1, members.size());
    return ran >= Math.floor(allowed) ? allowed : ran;
  }

  private Duration length(Failure failure) {
    long asked = failure.getRetryAfterMillis().orElse(0L);
    if (asked > 0) {
      return Duration.ofMillis(Math.min(asked, LONGEST.toMillis()));
    }
    return BACKOFF.after(unanswered);
  }

  /** Ignores answers to requests from before the pause. */
  private void answered(Instant startedAt, Instant now) {
    if (until == null || now.isBefore(until) || startedAt.isBefore(until)) {
      return;
    }
    if (trial) {
      LOG.info("The engine answers again after its pause");
    }
    trial = false;
    unanswered = 0;
  }

  /** Requests at once that the members may have under way together. */
  private double allowed(Instant now) {
    if (loweredAt == null) {
      return slots();
    }
    double seconds = Math.max(0, Duration.between(loweredAt, now).toMillis() / 1000.0);
    double growth = Math.max(1, slots() / RECOVERY_SECONDS);
    return Math.min(slots(), loweredTo + growth * seconds);
  }

  private int slots() {
    return members.isEmpty() ? Integer.MAX_VALUE : members.stream().mapToInt(Member::slots).sum();
  }

  private static Failure withRetryAfter(Failure failure, Duration left) {
    return Failure.newBuilder(failure).setRetryAfterMillis(left.toMillis()).build();
  }
}
