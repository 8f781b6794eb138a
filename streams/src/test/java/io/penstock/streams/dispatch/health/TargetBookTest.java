package io.penstock.streams.dispatch.health;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.outcome;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetBookTest {

  private static final Target TARGET = new Target("m", "blue");
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          Duration.ofSeconds(10),
          4,
          0.5,
          Duration.ofMillis(800),
          3,
          Duration.ofSeconds(2),
          Duration.ofSeconds(6),
          2,
          Duration.ofSeconds(3));

  private final TargetBook book = new TargetBook(SETTINGS, HealthListener.NONE);
  private Instant now = START;
  private boolean workers = true;
  private int ids;

  /**
   * Letters: s success, f failure, q no quota, l rate limited, r rejected, d deadline passed, . a
   * second.
   */
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "fff, HEALTHY",
    "ffff, UNHEALTHY",
    "ssff, HEALTHY",
    "ssfff, UNHEALTHY",
    "fff..........f, HEALTHY",
    "rrrrrrrr, HEALTHY",
    "dddddddd, HEALTHY",
    "qq, HEALTHY",
    "qqq, UNHEALTHY",
    "llllllll, HEALTHY",
    "ffff..l, PROBING",
    "ssqqsq, HEALTHY",
    "qqssssq, HEALTHY",
    "qqrq, UNHEALTHY",
    "ffff., UNHEALTHY",
    "ffff.., PROBING",
    "ffff..s, PROBING",
    "ffff..ss, HEALTHY",
    "ffff..f, PROBING",
    "ffff..sf, PROBING",
    "ffff..sff, UNHEALTHY",
    "ffff..sfs, HEALTHY",
    "ffff..ff..., UNHEALTHY",
    "ffff..ff...., PROBING",
    "ffff..ff....ff....., UNHEALTHY",
    "ffff..ff....ff......, PROBING",
    "ffff..ff....ff......ff......, PROBING",
    "ffff..r, PROBING",
    "ffff..ssff, HEALTHY",
    "ffff........, HEALTHY"
  })
  void theBreakerFollowsItsTable(String history, TargetHealth expected) {
    history.chars().forEach(each -> step((char) each));
    assertThat(health()).isEqualTo(expected);
  }

  @Test
  void aProbeIsOneRequestAtATime() {
    "ffff".chars().forEach(each -> attempt((char) each));
    assertThat(book.admits(TARGET)).isFalse();
    pass(Duration.ofSeconds(2));
    assertThat(book.admits(TARGET)).isTrue();
    book.granted(TARGET, "probe", "t", now);
    assertThat(book.admits(TARGET)).isFalse();
    book.released(TARGET, "probe", "t", now);
    assertThat(book.admits(TARGET)).isTrue();
    assertThat(health()).isEqualTo(TargetHealth.PROBING);
  }

  @Test
  void whatBeganBeforeItOpenedChangesNothingWhenItEnds() {
    book.granted(TARGET, "early", "t", now);
    "ffff".chars().forEach(each -> attempt((char) each));
    pass(Duration.ofSeconds(2));
    book.granted(TARGET, "probe", "t", now);
    book.ended(TARGET, first("early", "t", success("early", 1, "s", now)), now);
    assertThat(health()).isEqualTo(TargetHealth.PROBING);
    book.ended(TARGET, first("early", "t", failed("early", 'f')), now);
    assertThat(health()).isEqualTo(TargetHealth.PROBING);
  }

  @Test
  void oneBrokenWorkerOfManyDoesNotMakeItUnhealthy() {
    for (int i = 0; i < 3; i++) {
      attempt('s', "good" + i);
    }
    for (int i = 0; i < 50; i++) {
      attempt('f', "broken");
    }
    assertThat(health()).isEqualTo(TargetHealth.HEALTHY);
    for (int i = 0; i < 3; i++) {
      attempt('f', "broken too" + i);
    }
    assertThat(health()).isEqualTo(TargetHealth.UNHEALTHY);
  }

  @Test
  void aSlowTargetIsUnhealthy() {
    for (int i = 0; i < 4; i++) {
      String id = "r" + i;
      book.granted(TARGET, id, "t", now);
      book.ended(
          TARGET,
          first(
              id,
              "t",
              outcome(id, 1, "s", OutcomeKind.SUCCEEDED, now)
                  .setFirstTokenAt(now.plusMillis(900))
                  .build()),
          now);
    }
    assertThat(health()).isEqualTo(TargetHealth.UNHEALTHY);
    assertThat(book.watch(TARGET, now).reason()).contains("first token", "900 ms");
  }

  @Test
  void aTargetIsLeftAloneForAsLongAsItAsked() {
    for (int i = 0; i < 3; i++) {
      book.granted(TARGET, "q" + i, "t", now);
      book.ended(
          TARGET,
          first(
              "q" + i,
              "t",
              outcome("q" + i, 1, "s", OutcomeKind.FAILED, now)
                  .setFailure(
                      new Failure(
                          FailureCategory.OVERLOADED,
                          "engine_quota_exhausted",
                          "",
                          null,
                          402,
                          5000L))
                  .build()),
          now);
    }
    pass(Duration.ofSeconds(4));
    assertThat(health()).isEqualTo(TargetHealth.UNHEALTHY);
    assertThat(book.watch(TARGET, now).reason()).contains("engine_quota_exhausted (status 402)");
    pass(Duration.ofSeconds(1));
    assertThat(health()).isEqualTo(TargetHealth.PROBING);
  }

  @Test
  void aTargetThatLostItsWorkersIsUnhealthyUntilOneIsHeard() {
    pass(Duration.ofSeconds(1));
    workers = false;
    pass(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(2));
    assertThat(health()).isEqualTo(TargetHealth.HEALTHY);
    pass(Duration.ofSeconds(1));
    assertThat(health()).isEqualTo(TargetHealth.UNHEALTHY);
    assertThat(book.admits(TARGET)).isTrue();
    now = now.plusSeconds(1);
    book.tick(List.of(), Set.of(), target -> false, now);
    assertThat(health()).isEqualTo(TargetHealth.UNHEALTHY);
    book.workerCame(target -> target.model().equals("m"), now);
    assertThat(health()).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void onlyWhatTheTargetDidIsExcusedAndOnlyWhileItIsNotHealthy() {
    assertThat(attempt('f')).isNull();
    assertThat(attempt('f')).isNull();
    assertThat(attempt('f')).isNull();
    assertThat(attempt('f')).isEqualTo(now.plusSeconds(2).plusSeconds(2));
    pass(Duration.ofSeconds(2));
    assertThat(attempt('r')).isNull();
    assertThat(attempt('f')).isEqualTo(now.plusSeconds(2));
    // What failed lets others go first.
    assertThat(attempt('f')).isEqualTo(now.plusSeconds(4).plusSeconds(2));
  }

  @Test
  void aTargetThatNobodyNeedsIsForgotten() {
    attempt('s');
    assertThat(book.tick(List.of(), Set.of(), target -> false, now)).isEmpty();
    now = now.plus(Duration.ofHours(2));
    assertThat(book.tick(List.of(), Set.of(), target -> false, now)).hasSize(1);
    assertThat(book.all()).isEmpty();
  }

  @Test
  void settingsAreCheckedByName() {
    assertThatThrownBy(
            () ->
                new HealthSettings(
                    Duration.ofSeconds(10),
                    0,
                    0.5,
                    null,
                    3,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(6),
                    2,
                    Duration.ofSeconds(3)))
        .hasMessageContaining("minSamples");
    assertThatThrownBy(
            () ->
                new HealthSettings(
                    Duration.ofSeconds(10),
                    1,
                    1.5,
                    null,
                    3,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    2,
                    Duration.ofSeconds(3)))
        .hasMessageContaining("maxErrorRate");
  }

  private void step(char each) {
    if (each == '.') {
      pass(Duration.ofSeconds(1));
    } else {
      attempt(each);
    }
  }

  private TargetHealth health() {
    return book.watch(TARGET, now).health();
  }

  private @Nullable Instant attempt(char kind) {
    return attempt(kind, "w");
  }

  private @Nullable Instant attempt(char kind, String worker) {
    return attempt(kind, worker, "t");
  }

  /** An attempt of a request that has not failed before. */
  private Attempt first(String id, String account, AttemptOutcome outcome) {
    return new Attempt(id, account, now, null, outcome);
  }

  private @Nullable Instant attempt(char kind, String worker, String account) {
    String id = "r" + ids++;
    AttemptOutcome outcome =
        AttemptOutcome.newBuilder(kind == 's' ? success(id, 1, "s", now) : failed(id, kind))
            .setWorkerId(worker)
            .build();
    book.granted(TARGET, id, account, now);
    Instant excusedUntil = book.ended(TARGET, first(id, account, outcome), now);
    book.released(TARGET, id, account, now);
    return excusedUntil;
  }

  private AttemptOutcome failed(String id, char kind) {
    Failure failure =
        switch (kind) {
          case 'f' -> new Failure(FailureCategory.RETRYABLE, "engine_error", "", null, 500, null);
          case 'q' ->
              new Failure(
                  FailureCategory.OVERLOADED, "engine_quota_exhausted", "", null, 400, null);
          case 'l' ->
              new Failure(FailureCategory.OVERLOADED, "engine_rate_limited", "", null, 429, 1000L);
          case 'r' -> new Failure(FailureCategory.REJECTED, "engine_rejected", "", null, 400, null);
          case 'd' -> new Failure(FailureCategory.TIMEOUT, "deadline_passed", "", null, null, null);
          default -> throw new IllegalArgumentException("no such outcome: " + kind);
        };
    return outcome(id, 1, "s", OutcomeKind.FAILED, now).setFailure(failure).build();
  }

  private void pass(Duration time) {
    now = now.plus(time);
    book.tick(List.of(TARGET), Set.of(Target.ofModel("m")), target -> workers, now);
  }
}
