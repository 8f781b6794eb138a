package io.penstock.broker.batches.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of a key's limits when lines get no answer. */
class LineChargesTest {

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final BlobName INPUT = BlobName.of("files", "in");

  /** A line may take this much: a token for each four bytes of its body, and the generated ones. */
  private static final long LINE = 1000 + 31 / 4;

  private static final Caller CALLER =
      new Caller(
          "acme",
          ServiceClass.BATCH,
          Optional.of("key_1"),
          new KeyLimits(
              OptionalLong.empty(), OptionalLong.of(10 * LINE), OptionalLong.of(8 * LINE)));

  private final MemoryStore store = new MemoryStore();
  private final Set<String> fed = new HashSet<>();

  /** Time stands still, so that nothing comes back by itself. */
  private final Limiter limiter =
      new Limiter(
          () -> 1,
          new TimeMeter() {
            @Override
            public long currentTimeNanos() {
              return 0;
            }

            @Override
            public boolean isWallClockBased() {
              return false;
            }
          });

  @Test
  void aLineThatIsGivenUpWhileItRunsHasTakenWhatItMightTake() throws IOException {
    BatchRunner runner = runner(10);
    runner.step(START);
    runner.step(START);
    assertThat(fed).hasSize(6);
    assertThat(remaining()).isEqualTo(4 * LINE);

    var _ = runner.cancel();
    runner.step(START.plusSeconds(1));
    assertThat(runner.batch().status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(remaining()).isEqualTo(4 * LINE);
    assertThat(limiter.admitLine(CALLER, "another", LINE)).isEmpty();

    Instant late = START.plus(GRACE).plusSeconds(2);
    for (int step = 0; step < 3; step++) {
      runner.step(late);
    }
    assertThat(runner.isDone()).isTrue();
    assertThat(remaining()).isEqualTo(4 * LINE);
    // They wait no more, and make room for others; it is this batch's turn, which was refused last.
    assertThat(limiter.admitLine(CALLER, "batch_1", LINE)).isPresent();
  }

  private long remaining() {
    Limiter.Admission probe = limiter.admit(CALLER, 1);
    probe.settle(0);
    return Long.parseLong(probe.headers().get("x-ratelimit-remaining-tokens")) + 1;
  }

  private BatchRunner runner(int lines) throws IOException {
    StringBuilder file = new StringBuilder();
    for (int line = 1; line <= lines; line++) {
      file.append(
          "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"model\":\"m\",\"max_tokens\":1000}}\n"
              .formatted(line));
    }
    try (BlobWriter writer = store.create(INPUT)) {
      writer.write(file.toString().getBytes(UTF_8));
      writer.commit();
    }
    BatchOrder order =
        new BatchOrder(
            "batch_1",
            "acme",
            "/v1/completions",
            "file-in",
            INPUT,
            CompletionWindow.of("24h").orElseThrow(),
            Map.of(),
            null,
            "file-out",
            "file-err",
            START,
            Optional.empty(),
            new BatchOrigin(BatchOrigin.Api.OPENAI, "key_1", null, null));
    return new BatchRunner(
        Batch.created(order, 0),
        new BatchRuntime(
            new BatchMachine(GRACE),
            InputLimits.of(10_000),
            (_, source, judge, _) -> {
              try (InputStream in = source.open()) {
                return Optional.of(judge.judge(in));
              }
            },
            (_, batchId, tokens) -> limiter.admitLine(CALLER, batchId, tokens.getAsLong()),
            _ -> 0,
            store,
            new Log(),
            Duration.ofDays(30),
            _ -> {},
            EventAnnouncer.NOBODY),
        new MemoryHome(),
        () -> 0,
        START);
  }

  /** Takes every request, and nothing answers. */
  private final class Log implements RequestGateway {

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      fed.add(request.getId());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
