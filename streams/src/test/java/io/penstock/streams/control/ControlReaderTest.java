package io.penstock.streams.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.streams.runtime.JobWatch;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class ControlReaderTest {

  private final ConsumerRecord<String, byte[]> record =
      new ConsumerRecord<>("feedback", 0, 7, "id", new byte[0]);

  @Test
  void noRecordEndsTheLoopWhateverIsThrownOverIt() {
    for (Throwable each :
        List.of(
            new MalformedRecordException("x"),
            new IllegalStateException("x"),
            new StackOverflowError(),
            new NoClassDefFoundError("x"),
            new AssertionError("x"))) {
      assertThatCode(() -> ControlReader.guarded(record, () -> rethrow(each)))
          .as(each.toString())
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aRegistryThatIsAwayAndAnExhaustedHeapAreNotTheRecordsFault() {
    for (Throwable each :
        List.of(new RegistryUnavailableException("away", null), new OutOfMemoryError("heap"))) {
      assertThatThrownBy(() -> ControlReader.guarded(record, () -> rethrow(each))).isSameAs(each);
    }
  }

  @Test
  void aLoopThatFailsAgainAndAgainSaysSoAfterHalfAMinute() throws InterruptedException {
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    Instant[] now = {ControlSamples.NOW};
    CountDownLatch failed = new CountDownLatch(1);
    ControlLoop.Parts parts =
        new ControlLoop.Parts(
            ControlConfig.DEFAULT,
            "routing",
            () -> {
              failed.countDown();
              throw new StackOverflowError();
            },
            tables -> {
              throw new IllegalStateException();
            },
            () -> {
              throw new IllegalStateException();
            },
            (model, count, wanted) -> List.of(),
            1,
            model -> {},
            new ControlMetrics(metrics),
            JobWatch.ofLoop(
                "control", "failures", metrics, () -> now[0].getEpochSecond() * 1_000_000_000L),
            () -> now[0]);
    try (ControlLoop loop = new ControlLoop(parts)) {
      loop.start();
      failed.await();
      assertThat(metrics.get("penstock.control.stalled").gauge().value()).isZero();
      now[0] = now[0].plusSeconds(31);

      assertThat(loop.problem().orElseThrow()).contains("makes no progress");
      assertThat(metrics.get("penstock.control.stalled").gauge().value()).isEqualTo(1);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
