package io.penstock.broker.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds each API key to its limits. Several instances share the work, so each holds a key to its
 * share: the limit divided by the number of instances. A request that is larger than the share, and
 * not than the limit, is let in when the share is unused, and takes from what is to come. Safe for
 * use by many threads.
 */
public final class Limiter {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Lines of batches leave one part in so many of each limit to the key's other requests. */
  private static final int LEFT_BY_LINES = 4;

  private final IntSupplier instances;
  private final TimeMeter time;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();

  /**
   * @param instances how many share the work, 1 or more
   * @param time measures the minutes
   */
  public Limiter(IntSupplier instances, TimeMeter time) {
    this.instances = instances;
    this.time = time;
  }

  public Limiter(IntSupplier instances) {
    this(instances, TimeMeter.SYSTEM_MILLISECONDS);
  }

  /**
   * Takes what a request may use. Settle it once the result is known.
   *
   * @param tokens that the request may take at most
   * @throws ApiException with 429, if a limit is reached; nothing is taken then
   */
  public Admission admit(Caller caller, long tokens) {
    if (caller.keyId().isEmpty() || caller.limits().equals(KeyLimits.NONE)) {
      return new Admission(null, tokens, tokens, Map.of());
    }
    return account(caller).admit(caller.limits(), share(), tokens);
  }

  /**
   * Takes what a line of a batch may use, if that leaves a quarter of each limit to what the key
   * does besides. A line that is larger than three quarters of a limit goes when nothing else has
   * taken any, and takes those three quarters. Of several batches each has its turn.
   *
   * @param batchId whose line it is
   * @param tokens that the line may take at most
   * @return empty while the line has to wait
   */
  public Optional<Admission> admitLine(Caller caller, String batchId, long tokens) {
    if (caller.keyId().isEmpty() || caller.limits().equals(KeyLimits.NONE)) {
      return Optional.of(new Admission(null, tokens, tokens, Map.of()));
    }
    return account(caller).admitLine(caller.limits(), share(), batchId, tokens);
  }

  /**
   * Counts a call that submits no request, such as one for a file.
   *
   * @throws ApiException with 429, if the limit of requests is reached
   */
  public void count(Caller caller) {
    if (caller.keyId().isPresent() && caller.limits().requestsPerMinute().isPresent()) {
      account(caller).count(caller.limits(), share());
    }
  }

  private Account account(Caller caller) {
    return accounts.computeIfAbsent(caller.keyId().orElseThrow(), _ -> new Account(time));
  }

  private int share() {
    return Math.max(1, instances.getAsInt());
  }

  /** What a request has taken. */
  public static final class Admission {

    private final @Nullable Account account;
    private final long tokens;
    private final long queued;
    private final Map<String, String> headers;
    private boolean settled;

    private Admission(
        @Nullable Account account, long tokens, long queued, Map<String, String> headers) {
      this.account = account;
      this.tokens = tokens;
      this.queued = queued;
      this.headers = headers;
    }

    /** What the answer says of the limits. */
    public Map<String, String> headers() {
      return headers;
    }

    /** Whether anything was taken. */
    public boolean isEmpty() {
      return account == null;
    }

    /** Nobody will know what it used, so nothing but its place in the queue is given back. */
    public void forfeit() {
      settle(tokens);
    }

    /** The request ended: what it did not use is given back. Later calls change nothing. */
    public synchronized void settle(long used) {
      if (!settled && account != null) {
        account.settle(tokens, queued, used);
      }
      settled = true;
    }
  }

  /** What is left to one key. */
  private static final class Account {

    private final TimeMeter time;
    private final AtomicLong queued = new AtomicLong();
    private final LineTurns turns = new LineTurns();
    private @Nullable Limit requests;
    private @Nullable Limit tokens;

    Account(TimeMeter time) {
      this.time = time;
    }

    /**
     * A limit as this instance holds to it.
     *
     * @param whole of all instances together
     * @param most this instance's share
     */
    private record Limit(long whole, long most, Bucket bucket) {}

    private @Nullable Limit current(@Nullable Limit before, OptionalLong limit, int share) {
      if (limit.isEmpty()) {
        return null;
      }
      long most = Math.max(1, limit.getAsLong() / share);
      if (before == null) {
        return new Limit(
            limit.getAsLong(),
            most,
            Bucket.builder().addLimit(bandwidth(most)).withCustomTimePrecision(time).build());
      }
      if (before.most != most) {
        before.bucket.replaceConfiguration(
            BucketConfiguration.builder().addLimit(bandwidth(most)).build(),
            TokensInheritanceStrategy.PROPORTIONALLY);
      }
      return new Limit(limit.getAsLong(), most, before.bucket);
    }

    private static Bandwidth bandwidth(long most) {
      return Bandwidth.builder().capacity(most).refillGreedy(most, MINUTE).id("minute").build();
    }

    synchronized Admission admit(KeyLimits limits, int share, long wanted) {
      requests = current(requests, limits.requestsPerMinute(), share);
      tokens = current(tokens, limits.tokensPerMinute(), share);
      Map<String, String> headers = new LinkedHashMap<>();
      long mostQueued =
          limits.queuedTokens().isPresent()
              ? Math.max(1, limits.queuedTokens().getAsLong() / share)
              : Long.MAX_VALUE;
      long wholeQueued = limits.queuedTokens().orElse(Long.MAX_VALUE);
      if (wanted > wholeQueued || queued.get() > Math.max(0, mostQueued - wanted)) {
        throw new ApiException(tooManyQueued(wanted, wholeQueued));
      }
      take("requests", requests, 1, headers);
      try {
        take("tokens", tokens, wanted, headers);
      } catch (ApiException refused) {
        if (requests != null) {
          requests.bucket.addTokens(1);
        }
        throw refused;
      }
      queued.addAndGet(wanted);
      return new Admission(this, wanted, wanted, Map.copyOf(headers));
    }

    synchronized Optional<Admission> admitLine(
        KeyLimits limits, int share, String batchId, long wanted) {
      requests = current(requests, limits.requestsPerMinute(), share);
      tokens = current(tokens, limits.tokensPerMinute(), share);
      OptionalLong mostQueued = limits.queuedTokens();
      long room =
          mostQueued.isEmpty() ? Long.MAX_VALUE : Math.max(1, mostQueued.getAsLong() / share);
      LineTurns.Need need =
          new LineTurns.Need(
              tokens == null ? 0 : Math.min(wanted, forLines(tokens.most)),
              Math.min(wanted, forLines(room)));
      long now = time.currentTimeNanos();
      Optional<LineTurns.Need> kept = turns.keptFree(batchId, now);
      if (!hasRoom(room, need.queued(), kept.map(LineTurns.Need::queued).orElse(0L))
          || !leavesEnough(requests, 1, kept.isPresent() ? 1 : 0)
          || !leavesEnough(tokens, need.tokens(), kept.map(LineTurns.Need::tokens).orElse(0L))) {
        turns.refused(batchId, need, now);
        return Optional.empty();
      }
      turns.admitted(batchId);
      if (requests != null) {
        requests.bucket.consumeIgnoringRateLimits(1);
      }
      if (tokens != null) {
        tokens.bucket.consumeIgnoringRateLimits(need.tokens());
      }
      queued.addAndGet(need.queued());
      return Optional.of(new Admission(this, need.tokens(), need.queued(), Map.of()));
    }

    /** The part of a limit that lines may take. */
    private static long forLines(long most) {
      return most - most / LEFT_BY_LINES;
    }

    /**
     * Whether a line may wait and run besides what does.
     *
     * @param kept what stays free besides
     */
    private boolean hasRoom(long most, long charged, long kept) {
      return (queued.get() <= 0 && kept == 0) || queued.get() <= forLines(most) - charged - kept;
    }

    private static boolean leavesEnough(@Nullable Limit limit, long charged, long kept) {
      return limit == null
          || limit.bucket.getAvailableTokens() - kept >= charged + limit.most / LEFT_BY_LINES;
    }

    synchronized void count(KeyLimits limits, int share) {
      requests = current(requests, limits.requestsPerMinute(), share);
      take("requests", requests, 1, new LinkedHashMap<>());
    }

    private static void take(
        String what, @Nullable Limit limit, long wanted, Map<String, String> headers) {
      if (limit == null) {
        return;
      }
      if (wanted > limit.whole) {
        throw new ApiException(
            tooMany(
                    what,
                    "The request needs %d %s, and the limit is %d a minute."
                        .formatted(wanted, what, limit.whole))
                .with(ApiError.SHOULD_RETRY, "false"));
      }
      long shared = Math.min(wanted, limit.most);
      ConsumptionProbe probe = limit.bucket.tryConsumeAndReturnRemaining(shared);
      Duration reset = Duration.ofNanos(probe.getNanosToWaitForReset());
      headers.putAll(LimitHeaders.of(what, limit.most, probe.getRemainingTokens(), reset));
      if (!probe.isConsumed()) {
        ApiError error =
            tooMany(what, "The limit of %d %s a minute is reached.".formatted(limit.most, what))
                .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        for (Map.Entry<String, String> each : headers.entrySet()) {
          error = error.with(each.getKey(), each.getValue());
        }
        throw new ApiException(error);
      }
      if (wanted > shared) {
        limit.bucket.consumeIgnoringRateLimits(wanted - shared);
      }
    }

    private static ApiError tooMany(String type, String message) {
      return new ApiError(429, type, "rate_limit_exceeded", message, Optional.empty(), Map.of());
    }

    private static ApiError tooManyQueued(long wanted, long most) {
      ApiError error =
          tooMany(
              "tokens",
              "The request needs room for %d tokens, and at most %d may wait and run at once."
                  .formatted(wanted, most));
      return wanted > most
          ? error.with(ApiError.SHOULD_RETRY, "false")
          : error.retryAfter(Duration.ofSeconds(1));
    }

    synchronized void settle(long taken, long waiting, long used) {
      queued.addAndGet(-waiting);
      if (tokens != null && used < taken) {
        tokens.bucket.addTokens(taken - Math.max(0, used));
      }
    }
  }
}
