package io.penstock.streams.score;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.settings.Range;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.runtime.StatusDetail;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Duration;

/**
 * The settings of scoring. A contradiction stops start-up.
 *
 * @param levels what each class promises
 * @param statusDetail which changes of state are written to the lifecycle topic: with {@code
 *     terminal} those of refused requests. Dispatch says at once what becomes of the others
 * @param commitInterval how long a transaction may gather records while more wait, 1 ms to 1 s;
 *     without {@code exactlyOnce}, how often offsets are committed
 * @param pollTime how long a thread without work waits before it looks at the commit interval
 *     again, 1 ms to 1 s
 * @param exactlyOnce whether every batch is one transaction; without it latency is about half, and
 *     a crash may repeat a refusal's result. Dispatch drops repeated work either way
 * @param sessionTimeout how soon a dead instance's work moves, raised to what the broker allows
 * @param transactionTimeout how long a dead instance's open transaction may hold readers back
 * @param registryPatience how long a record waits in place for the schema registry, less than the
 *     transaction's time-out
 * @param replyTopics which topics a tenant may have its results copied to, where its policy does
 *     not say; the same as of delivery
 * @param learnFromLast finished requests read at start to predict output lengths, 0 or more
 * @param maxTenants pairs of tenant and model whose output lengths are remembered
 * @param batchShare of its time that scoring of batch requests works while they queue up and
 *     requests of the other classes come, 0.05 to 1: a flood leaves them the rest of the machine
 * @param chooser the policy that chooses the model: {@code routing} or an extension's
 * @param complexity the predictor of complexity: {@code linear} or an extension's. The option
 *     {@code artefact} of {@code linear} names a file that {@code penstock complexity train} wrote;
 *     without it the shipped predictor is used
 * @param progress when scoring of a class counts as stalled
 * @param beginAnew whether to read all requests again that are kept, where it is not known any more
 *     which were read; else such a start is refused. Ids that are remembered are not run again
 */
public record ScoreConfig(
    ServiceLevels levels,
    StatusDetail statusDetail,
    Duration commitInterval,
    Duration pollTime,
    boolean exactlyOnce,
    Duration sessionTimeout,
    Duration transactionTimeout,
    Duration registryPatience,
    DefaultReplyTopics replyTopics,
    int learnFromLast,
    int maxTenants,
    double batchShare,
    Extension chooser,
    Extension complexity,
    ProgressSettings progress,
    boolean beginAnew) {

  private static final Duration OFFSETS_EVERY = Duration.ofSeconds(1);

  public static final ScoreConfig DEFAULT =
      new ScoreConfig(
          ServiceLevels.DEFAULT,
          StatusDetail.TERMINAL,
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          true,
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          DefaultReplyTopics.STANDARD,
          10_000,
          10_000,
          0.2,
          Extension.named("routing"),
          Extension.named("linear"),
          ProgressSettings.DEFAULT,
          false);

  public ScoreConfig {
    Range.require("commitInterval", commitInterval, Duration.ofMillis(1), Duration.ofSeconds(1));
    Range.require("pollTime", pollTime, Duration.ofMillis(1), Duration.ofSeconds(1));
    Range.require("sessionTimeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
    Range.require(
        "transactionTimeout", transactionTimeout, Duration.ofSeconds(2), Duration.ofMinutes(5));
    Range.require("registryPatience", registryPatience, Duration.ZERO, transactionTimeout);
    Range.require("learnFromLast", learnFromLast, 0, 1_000_000);
    Range.require("maxTenants", maxTenants, 1, 1_000_000);
    Range.require("batchShare", batchShare, 0.05, 1.0);
  }

  /** A copy with another guarantee and the commit interval that suits it. */
  public ScoreConfig withExactlyOnce(boolean other) {
    return new ScoreConfig(
        levels,
        statusDetail,
        other ? DEFAULT.commitInterval() : OFFSETS_EVERY,
        pollTime,
        other,
        sessionTimeout,
        transactionTimeout,
        registryPatience,
        replyTopics,
        learnFromLast,
        maxTenants,
        batchShare,
        chooser,
        complexity,
        progress,
        beginAnew);
  }

  /** A copy with other promises. */
  public ScoreConfig withLevels(ServiceLevels other) {
    return new ScoreConfig(
        other,
        statusDetail,
        commitInterval,
        pollTime,
        exactlyOnce,
        sessionTimeout,
        transactionTimeout,
        registryPatience,
        replyTopics,
        learnFromLast,
        maxTenants,
        batchShare,
        chooser,
        complexity,
        progress,
        beginAnew);
  }
}
