package io.penstock.workers.engine.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchingModelTest {

  private static final GpuProfile LLAMA = GpuProfiles.builtIn().named("llama3.1-8b_a100tp2");
  private static final long LATER = Duration.ofDays(1).toNanos();

  /** What happened, by request. */
  private static final class Log implements BatchingListener<Integer> {
    final Map<Integer, Long> firstTokens = new HashMap<>();
    final Map<Integer, Long> ends = new HashMap<>();
    final List<Integer> failed = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    int preemptions;

    @Override
    public void firstToken(Integer request, long atNanos) {
      assertThat(firstTokens.put(request, atNanos)).as("first token of %s", request).isNull();
      events.add("first " + request + " " + atNanos);
    }

    @Override
    public void finished(Integer request, long atNanos) {
      assertThat(ends.put(request, atNanos)).as("end of %s", request).isNull();
      events.add("finished " + request + " " + atNanos);
    }

    @Override
    public void failed(Integer request, long atNanos) {
      assertThat(ends.put(request, atNanos)).as("end of %s", request).isNull();
      failed.add(request);
    }

    @Override
    public void preempted(Integer request, long atNanos) {
      preemptions++;
    }
  }

  private final Log log = new Log();

  private BatchingModel<Integer> model(GpuProfile profile, BatchingSettings settings) {
    return new BatchingModel<>(profile, settings, 0, log);
  }

  private static GpuProfile withKv(long kvTokens) {
    return new GpuProfile("small", 16_000, 8.24, 0.165, 1.42e-4, kvTokens, 8, "test");
  }

  @Test
  void loneRequestTakesItsPrefillThenOneStepATokenByTheFormula() {
    var model = model(LLAMA, BatchingSettings.DEFAULTS);
    model.submit(1, 4_000, 100, 0);
    model.advance(LATER);

    double prefill = 4_000 / 16_000.0;
    double first = prefill + (8.24 + 0.165 + 1.42e-4 * 4_000) / 1000;
    double all = prefill;
    for (int token = 0; token < 100; token++) {
      all += (8.24 + 0.165 + 1.42e-4 * (4_000 + token)) / 1000;
    }
    assertThat(log.firstTokens.get(1) / 1e9).isCloseTo(first, within(1e-6));
    assertThat(log.ends.get(1) / 1e9).isCloseTo(all, within(1e-6));
  }

  @Test
  void batchStepIsTheFormulaOfItsSizeAndTokens() {
    var settings = new BatchingSettings(100_000, KvPolicy.GROW, 1, Duration.ZERO, Faults.NONE);
    var model = model(LLAMA, settings);
    for (int i = 0; i < 33; i++) {
      model.submit(i, 100, 50, 0);
    }
    model.advance(0);
    // The first came alone; then 32 prompts beside its first step; then all 33 decode.
    long alone = model.nextEventNanos();
    assertThat(alone / 1e9).isCloseTo(100 / 16_000.0, within(1e-8));
    model.advance(alone);
    long mixed = model.nextEventNanos() - alone;
    assertThat(mixed / 1e9)
        .isCloseTo((8.24 + 0.165 + 1.42e-4 * 100) / 1000 + 3_200 / 16_000.0, within(1e-8));
    model.advance(model.nextEventNanos());
    long together = model.nextEventNanos() - alone - mixed;
    assertThat(together / 1e9)
        .isCloseTo((8.24 + 0.165 * 33 + 1.42e-4 * 3_301) / 1000, within(1e-8));
  }

  @Test
  void throughputGrowsWithTheBatch() {
    double before = 0;
    for (int batch : List.of(1, 4, 16, 64)) {
      var own = new Log();
      var model = new BatchingModel<Integer>(LLAMA, BatchingSettings.DEFAULTS, 0, own);
      for (int i = 0; i < batch; i++) {
        model.submit(i, 50, 200, 0);
      }
      model.advance(LATER);
      long end = own.ends.values().stream().mapToLong(Long::longValue).max().orElseThrow();
      double tokensPerSecond = batch * 200 / (end / 1e9);
      assertThat(tokensPerSecond).isGreaterThan(before * 1.5);
      before = tokensPerSecond;
    }
  }

  @Test
  void longPromptIsProcessedInChunksBetweenOthersTokens() {
    var model = model(LLAMA, BatchingSettings.DEFAULTS);
    model.submit(1, 10, 1_000, 0);
    model.advance(100_000_000);
    model.submit(2, 5_120, 1, 100_000_000);
    long before = model.nextEventNanos();
    model.advance(before);
    // Ten chunks, each beside a token of the first: one stall is never longer than a chunk.
    for (int chunk = 0; chunk < 10; chunk++) {
      assertThat(model.load().queuedPrefillTokens()).isEqualTo(5_120 - chunk * 512);
      long next = model.nextEventNanos();
      assertThat((next - before) / 1e9).isBetween(512 / 16_000.0, 512 / 16_000.0 + 0.010);
      before = next;
      model.advance(next);
    }
    assertThat(model.load().queuedPrefillTokens()).isZero();
  }

  @Test
  void slowWorkerTakesInverselyLonger() {
    var model = model(LLAMA, BatchingSettings.DEFAULTS.withSpeed(0.5));
    model.submit(1, 1_600, 1, 0);
    model.advance(LATER);

    double atFullSpeed = 0.1 + (8.24 + 0.165 + 1.42e-4 * 1_600) / 1000;
    assertThat(log.ends.get(1) / 1e9).isCloseTo(2 * atFullSpeed, within(1e-6));
  }

  @Test
  void nothingRunsBeforeTheStartUpIsOver() {
    var model = model(LLAMA, BatchingSettings.DEFAULTS.withStartUp(Duration.ofSeconds(30)));
    model.submit(1, 1_600, 0, 5);
    model.submit(2, 1_600, 0, 10);
    model.advance(Duration.ofSeconds(29).toNanos());
    assertThat(model.load().waiting()).isEqualTo(2);
    model.advance(LATER);

    assertThat(log.ends.get(1) / 1e9).isCloseTo(30.1, within(1e-6));
    assertThat(log.ends.get(2) / 1e9).isBetween(30.1, 30.21);
  }

  @Test
  void newestIsPreemptedWhenMemoryRunsOutAndStillFinishes() {
    var model = model(withKv(300), BatchingSettings.DEFAULTS);
    model.submit(1, 100, 150, 0);
    model.submit(2, 100, 150, 0);
    model.advance(LATER);

    assertThat(log.preemptions).isPositive();
    assertThat(log.ends).containsOnlyKeys(1, 2);
    assertThat(log.ends.get(1)).isLessThan(log.ends.get(2));
  }

  @Test
  void reservingNeverPreempts() {
    var model = model(withKv(300), BatchingSettings.DEFAULTS.withKvPolicy(KvPolicy.RESERVE));
    for (int i = 0; i < 5; i++) {
      model.submit(i, 100, 150, 0);
    }
    assertThat(model.load().running()).isEqualTo(1);
    model.advance(LATER);

    assertThat(log.preemptions).isZero();
    assertThat(log.ends).hasSize(5);
  }

  @Test
  void cancelFreesItsRoomAtOnceAndNothingMoreIsHeardOfIt() {
    var model = model(withKv(300), BatchingSettings.DEFAULTS);
    Sequence<Integer> first = model.submit(1, 250, 40, 0);
    Sequence<Integer> second = model.submit(2, 250, 40, 0);
    assertThat(model.cancel(second, 10)).isTrue();
    assertThat(model.cancel(first, 10)).isTrue();
    assertThat(model.cancel(first, 10)).isFalse();

    assertThat(model.load()).isEqualTo(new BatchingLoad(0, 0, 0, 0, 300, 0, 0));
    model.advance(LATER);
    assertThat(log.ends).isEmpty();
    assertThat(model.nextEventNanos()).isEqualTo(BatchingModel.IDLE);
  }

  @Test
  void refusesWhatCannotFitAndTimeThatGoesBack() {
    var model = model(withKv(300), BatchingSettings.DEFAULTS);
    assertThatThrownBy(() -> model.submit(1, 200, 101, 0)).hasMessageContaining("300");
    model.advance(5);
    assertThatThrownBy(() -> model.advance(4)).hasMessageContaining("time went back");
  }

  @Test
  void listenerMaySubmitTheNextFromWithinTheEndOfOne() {
    var ends = new ArrayList<Long>();
    var holder = new ArrayList<BatchingModel<Integer>>();
    var model =
        new BatchingModel<Integer>(
            LLAMA,
            BatchingSettings.DEFAULTS,
            0,
            new BatchingListener<>() {
              @Override
              public void firstToken(Integer request, long atNanos) {}

              @Override
              public void finished(Integer request, long atNanos) {
                ends.add(atNanos);
                if (request < 10) {
                  holder.getFirst().submit(request + 1, 160, 0, atNanos);
                }
              }

              @Override
              public void failed(Integer request, long atNanos) {}
            });
    holder.add(model);
    model.submit(1, 160, 0, 0);
    model.advance(LATER);

    assertThat(ends).hasSize(10);
    assertThat(ends.getLast()).isEqualTo(100_000_000L);
  }

  @Test
  void faultEndsARequestOnce() {
    var model = model(LLAMA, BatchingSettings.DEFAULTS.withFaults(Faults.random(7, 0.5)));
    for (int i = 0; i < 200; i++) {
      model.submit(i, 10, 20, 0);
    }
    model.advance(LATER);

    assertThat(log.ends).hasSize(200);
    assertThat(log.failed).hasSizeBetween(70, 130);
    assertThat(model.load().usedKvTokens()).isZero();
  }

  @Property(tries = 200)
  void memoryIsNeverExceededAndEveryRequestEndsOnce(
      @ForAll long seed,
      @ForAll @IntRange(min = 60, max = 1_000) int kvTokens,
      @ForAll @IntRange(min = 1, max = 200) int chunk,
      @ForAll KvPolicy policy) {
    var own = new Log();
    GpuProfile profile = withKv(kvTokens);
    var settings = new BatchingSettings(chunk, policy, 1, Duration.ZERO, Faults.random(seed, 0.1));
    var model = new BatchingModel<Integer>(profile, settings, 0, own);
    var random = new Random(seed);
    List<Sequence<Integer>> sequences = new ArrayList<>();
    int cancelled = 0;
    long now = 0;
    for (int i = 0; i < 60; i++) {
      int prompt = 1 + random.nextInt(kvTokens / 2);
      int output = random.nextInt(kvTokens - prompt + 1);
      sequences.add(model.submit(i, prompt, output, now));
      if (random.nextInt(8) == 0
          && model.cancel(sequences.get(random.nextInt(sequences.size())), now)) {
        cancelled++;
      }
      check(model.load(), profile);
      long until = now + random.nextInt(400_000_000);
      while (model.nextEventNanos() <= until) {
        model.advance(model.nextEventNanos());
        check(model.load(), profile);
      }
      now = until;
    }
    model.advance(LATER * 10);

    assertThat(own.ends).hasSize(60 - cancelled);
    assertThat(sequences).allMatch(Sequence::ended);
    assertThat(model.load()).isEqualTo(new BatchingLoad(0, 0, 0, 0, kvTokens, 0, 0));
    assertThat(model.nextEventNanos()).isEqualTo(BatchingModel.IDLE);
  }

  @Property(tries = 50)
  void resultsDependOnTheSubmissionsAloneNotOnHowTimeIsAdvanced(@ForAll long seed) {
    assertThat(events(seed, 1)).isEqualTo(events(seed, 50));
  }

  private static List<String> events(long seed, int stepsBetween) {
    var own = new Log();
    var model = new BatchingModel<Integer>(withKv(400), BatchingSettings.DEFAULTS, 0, own);
    var random = new Random(seed);
    long now = 0;
    for (int i = 0; i < 40; i++) {
      model.submit(i, 1 + random.nextInt(200), random.nextInt(150), now);
      long gap = random.nextInt(300_000_000);
      for (int step = 1; step <= stepsBetween; step++) {
        model.advance(now + gap * step / stepsBetween);
      }
      now += gap;
    }
    model.advance(LATER);
    return own.events;
  }

  private static void check(BatchingLoad load, GpuProfile profile) {
    assertThat(load.usedKvTokens()).isBetween(0L, profile.kvCapacityTokens());
    assertThat(load.residentTokens()).isLessThanOrEqualTo(load.usedKvTokens());
    assertThat(load.running()).isBetween(0, profile.maxBatch());
    assertThat(load.waiting()).isNotNegative();
    assertThat(load.queuedPrefillTokens()).isNotNegative();
  }
}
