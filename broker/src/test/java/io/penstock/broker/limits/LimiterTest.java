package io.penstock.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.TimeMeter;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimiterTest {

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger instances = new AtomicInteger(1);
  private final Limiter limiter =
      new Limiter(
          instances::get,
          new TimeMeter() {
            @Override
            public long currentTimeNanos() {
              return nanos.get();
            }

            @Override
            public boolean isWallClockBased() {
              return false;
            }
          });

  @Test
  void whoeverHasNoLimitsIsNeverRefused() {
    for (int each = 0; each < 1000; each++) {
      assertThat(limiter.admit(Caller.ANYBODY, 1_000_000).headers()).isEmpty();
    }
  }

  @Test
  void aRequestLargerThanAnInstancesShareTakesFromWhatIsToCome() {
    instances.set(4);
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(4000), OptionalLong.of(4000));

    Limiter.Admission large = limiter.admit(caller, 3000);
    large.settle(3000);

    assertThatThrownBy(() -> limiter.admit(caller, 1)).isInstanceOf(ApiException.class);
    nanos.addAndGet(Duration.ofSeconds(119).toNanos());
    assertThatThrownBy(() -> limiter.admit(caller, 1)).isInstanceOf(ApiException.class);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    limiter.admit(caller, 1);
    assertThatThrownBy(() -> limiter.admit(caller, 4001)).isInstanceOf(ApiException.class);
  }

  @Test
  void requestsBeyondTheLimitAreRefusedUntilTheTimeThatTheAnswerNames() {
    Caller caller = caller(OptionalLong.of(60), OptionalLong.empty(), OptionalLong.empty());
    for (int each = 0; each < 60; each++) {
      limiter.admit(caller, 1);
    }

    assertThatThrownBy(() -> limiter.admit(caller, 1))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(429);
              assertThat(refused.error().code()).isEqualTo("rate_limit_exceeded");
              assertThat(refused.error().type()).isEqualTo("requests");
              assertThat(refused.error().headers())
                  .containsEntry("retry-after", "1")
                  .containsEntry("x-ratelimit-limit-requests", "60")
                  .containsEntry("x-ratelimit-remaining-requests", "0")
                  .containsEntry("x-ratelimit-reset-requests", "1m0s");
            });
    pass(Duration.ofSeconds(1));
    assertThat(limiter.admit(caller, 1).headers())
        .containsEntry("x-ratelimit-remaining-requests", "0");
  }

  @Test
  void tokensThatWereNotUsedAreGivenBack() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(100), OptionalLong.empty());
    Limiter.Admission first = limiter.admit(caller, 90);
    assertThatThrownBy(() -> limiter.admit(caller, 90)).isInstanceOf(ApiException.class);

    first.settle(10);
    first.settle(10);

    assertThat(limiter.admit(caller, 90).headers())
        .containsEntry("x-ratelimit-remaining-tokens", "0");
  }

  @Test
  void aRequestThatIsRefusedForItsTokensTakesNoRequest() {
    Caller caller = caller(OptionalLong.of(2), OptionalLong.of(100), OptionalLong.empty());
    limiter.admit(caller, 100);
    assertThatThrownBy(() -> limiter.admit(caller, 50)).isInstanceOf(ApiException.class);
    pass(Duration.ofSeconds(29));

    assertThatThrownBy(() -> limiter.admit(caller, 50)).isInstanceOf(ApiException.class);
    pass(Duration.ofSeconds(1));
    assertThat(limiter.admit(caller, 50).headers())
        .containsEntry("x-ratelimit-remaining-requests", "1");
  }

  @Test
  void whatWaitsIsBoundedAndMakesRoomWhenItEnds() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(100));
    Limiter.Admission first = limiter.admit(caller, 60);
    assertThatThrownBy(() -> limiter.admit(caller, 60))
        .hasMessageContaining("at most 100 may wait");

    first.settle(60);

    limiter.admit(caller, 60);
  }

  @Test
  void linesOfBatchesLeaveAQuarterToOtherRequests() {
    Caller caller = caller(OptionalLong.of(8), OptionalLong.of(1000), OptionalLong.of(1000));
    for (int line = 0; line < 6; line++) {
      assertThat(limiter.admitLine(caller, "batch_1", 100)).isPresent();
    }
    assertThat(limiter.admitLine(caller, "batch_1", 100)).isEmpty();
    limiter.admit(caller, 100);
    limiter.count(caller);
    assertThatThrownBy(() -> limiter.count(caller)).isInstanceOf(ApiException.class);
  }

  @Test
  void aLineThatIsLargerThanTheLimitLeavesAQuarterToo() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(1000), OptionalLong.of(800));

    Limiter.Admission large = limiter.admitLine(caller, "batch_1", 50_000).orElseThrow();

    assertThat(limiter.admit(caller, 200).headers())
        .containsEntry("x-ratelimit-remaining-tokens", "50");
    large.settle(50_000);
    assertThat(limiter.admit(caller, 50).headers())
        .containsEntry("x-ratelimit-remaining-tokens", "0");
  }

  @Test
  void aLargeLineOfOneBatchIsNotOvertakenForEverByTheSmallOnesOfAnother() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(1000), OptionalLong.empty());
    int large = 0;
    int small = 0;
    for (int tenth = 0; tenth < 6000; tenth++) {
      while (limiter.admitLine(caller, "batch_small", 10).isPresent()) {
        small++;
      }
      while (limiter.admitLine(caller, "batch_large", 700).isPresent()) {
        large++;
      }
      pass(Duration.ofMillis(100));
    }

    // Ten minutes: each batch has its turns.
    assertThat(large).isGreaterThan(5);
    assertThat(small).isGreaterThan(5);
  }

  @Test
  void aLargeLineThatWaitsForRoomInTheQueueHasItsTurn() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(100));
    Limiter.Admission first = limiter.admitLine(caller, "batch_small", 10).orElseThrow();
    assertThat(limiter.admitLine(caller, "batch_large", 75)).isEmpty();

    assertThat(limiter.admitLine(caller, "batch_small", 10)).isEmpty();
    first.settle(10);
    assertThat(limiter.admitLine(caller, "batch_small", 10)).isEmpty();
    assertThat(limiter.admitLine(caller, "batch_large", 75)).isPresent();
  }

  @Test
  void aBatchThatAsksNoMoreKeepsNoOtherWaiting() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(100), OptionalLong.empty());
    assertThat(limiter.admitLine(caller, "batch_small", 10)).isPresent();
    assertThat(limiter.admitLine(caller, "batch_gone", 75)).isEmpty();
    assertThat(limiter.admitLine(caller, "batch_small", 10)).isEmpty();

    pass(Duration.ofMillis(1_100));

    assertThat(limiter.admitLine(caller, "batch_small", 10)).isPresent();
  }

  @Test
  void eachInstanceHoldsAKeyToItsShare() {
    Caller caller = caller(OptionalLong.of(60), OptionalLong.empty(), OptionalLong.empty());
    instances.set(2);
    for (int each = 0; each < 30; each++) {
      limiter.admit(caller, 1);
    }

    assertThatThrownBy(() -> limiter.admit(caller, 1)).isInstanceOf(ApiException.class);
  }

  @Test
  void aRequestLargerThanTheLimitIsNotWorthTryingAgain() {
    Caller caller = caller(OptionalLong.empty(), OptionalLong.of(100), OptionalLong.empty());

    assertThatThrownBy(() -> limiter.admit(caller, 101))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused ->
                assertThat(refused.error().headers()).containsEntry("x-should-retry", "false"));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Caller caller(OptionalLong requests, OptionalLong tokens, OptionalLong queued) {
    return new Caller(
        "t",
        ServiceClass.INTERACTIVE,
        Optional.of("key_1"),
        new KeyLimits(requests, tokens, queued));
  }
}
