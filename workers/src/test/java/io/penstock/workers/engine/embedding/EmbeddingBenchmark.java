package io.penstock.workers.engine.embedding;

import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.time.InstantSource;
import java.util.Collections;

/**
 * Prints how many texts one inference thread embeds in a second of processor time, by length: other
 * work on the machine changes that little. Run its main with the test class path; not a test, since
 * the numbers are the machine's.
 */
final class EmbeddingBenchmark {

  private EmbeddingBenchmark() {}

  /** Warms up for 5 s, then measures each length for 5 s. */
  public static void main(String[] arguments) throws InterruptedException {
    try (var engine =
        new EmbeddingEngine(EmbeddingConfig.defaults().withThreads(1), InstantSource.system())) {
      measure(engine, 20, 1);
      for (int words : new int[] {8, 20, 60, 120, 500}) {
        System.out.printf(
            "%4d tokens, one a request: %.0f texts per CPU second%n",
            words, measure(engine, words, 1));
      }
      System.out.printf(
          "  20 tokens, 64 a request: %.0f texts per CPU second%n", measure(engine, 20, 64));
    }
  }

  private static double measure(EmbeddingEngine engine, int words, int inputs)
      throws InterruptedException {
    String text = "\"" + "ship ".repeat(words) + "\"";
    EngineRequest request =
        EngineRequests.embedding(
            "{\"input\":[" + String.join(",", Collections.nCopies(inputs, text)) + "]}");
    long start = System.nanoTime();
    long before = processorNanos();
    long texts = 0;
    while (System.nanoTime() - start < 5_000_000_000L) {
      if (!(engine.run(request, () -> {}) instanceof EngineReply.Answered)) {
        throw new IllegalStateException("the engine failed");
      }
      texts += inputs;
    }
    return texts * 1e9 / (processorNanos() - before);
  }

  private static long processorNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }
}
