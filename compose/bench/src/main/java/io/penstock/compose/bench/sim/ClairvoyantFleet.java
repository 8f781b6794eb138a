package io.penstock.compose.bench.sim;

import io.penstock.workers.engine.simulated.BatchingLoad;
import java.util.ArrayList;
import java.util.List;

/**
 * One queue that sees everything: true output lengths, the exact state of every engine at every
 * iteration, and no delay. It looks at every waiting request, not at a few heads. No real
 * dispatcher has this knowledge, so it is a bound to measure others by; not a proof of optimality.
 *
 * <p>An engine is given work while less than one chunk of prompt is unprocessed and the true length
 * fits its cache. Among the requests that can still be in time there, by class, the one with the
 * least {@code slackWeight x slack / allowed + own prefill time} goes first; then the late ones, by
 * class and shortness.
 */
final class ClairvoyantFleet implements Scheduler {

  /** For the iteration under way, and for those that join the batch meanwhile. */
  private static final double MARGIN_SECONDS = 0.05;

  private final VirtualClock clock;
  private final List<SimGpu> gpus;
  private final double slackWeight;
  private final List<SimRequest> waiting = new ArrayList<>();
  private boolean planned;

  private ClairvoyantFleet(VirtualClock clock, List<SimGpu> gpus, double slackWeight) {
    this.clock = clock;
    this.gpus = gpus;
    this.slackWeight = slackWeight;
    for (SimGpu gpu : gpus) {
      gpu.watchedBy(
          new SimGpu.Watcher() {
            @Override
            public void stepped() {
              plan();
            }
          });
    }
  }

  static Factory of(double slackWeight) {
    return (clock, gpus, settings) -> new ClairvoyantFleet(clock, gpus, slackWeight);
  }

  @Override
  public void arrived(SimRequest request) {
    waiting.add(request);
    plan();
  }

  private void plan() {
    if (!planned && !waiting.isEmpty()) {
      planned = true;
      clock.after(
          0,
          () -> {
            planned = false;
            assign();
          });
    }
  }

  private void assign() {
    boolean gave = true;
    while (gave && !waiting.isEmpty()) {
      gave = false;
      // The engine with the least to do chooses first.
      SimGpu best = null;
      double least = Double.MAX_VALUE;
      int chosen = -1;
      for (SimGpu gpu : gpus) {
        BatchingLoad load = gpu.load();
        double queued = readySeconds(gpu, load.queuedPrefillTokens());
        if (queued < least && isOpen(gpu, load)) {
          int index = choose(gpu, load);
          if (index >= 0) {
            best = gpu;
            least = queued;
            chosen = index;
          }
        }
      }
      if (best != null) {
        SimRequest request = waiting.set(chosen, waiting.getLast());
        waiting.removeLast();
        best.submit(request);
        gave = true;
      }
    }
  }

  private static boolean isOpen(SimGpu gpu, BatchingLoad load) {
    return load.queuedPrefillTokens() < gpu.chunkTokens()
        && load.running() + load.waiting() < gpu.profile().maxBatch();
  }

  private int choose(SimGpu gpu, BatchingLoad load) {
    double step = gpu.stepSeconds();
    double rate = gpu.profile().prefillTokensPerSecond() * gpu.speed();
    int best = -1;
    int bestTier = Integer.MAX_VALUE;
    double bestCost = 0;
    for (int i = 0; i < waiting.size(); i++) {
      SimRequest request = waiting.get(i);
      int tier = request.tier();
      if (tier > bestTier || request.promptTokens + request.outputTokens > load.freeKvTokens()) {
        continue;
      }
      long prompt = load.queuedPrefillTokens() + request.promptTokens;
      double ready =
          prompt / rate + ((double) prompt / gpu.chunkTokens() + 1) * step + MARGIN_SECONDS;
      double slack = (request.firstTokenBy() - clock.now()) * 1e-9 - ready;
      double own = request.promptTokens / rate;
      double cost = slackWeight * slack / (request.objective.firstTokenNanos() * 1e-9) + own;
      if (slack < 0) {
        tier += 3;
        cost = own;
      }
      if (tier < bestTier || (tier == bestTier && cost < bestCost)) {
        best = i;
        bestTier = tier;
        bestCost = cost;
      }
    }
    return best;
  }

  private static double readySeconds(SimGpu gpu, long tokens) {
    return tokens / (gpu.profile().prefillTokensPerSecond() * gpu.speed())
        + gpu.stepSeconds() * 1e-3;
  }
}
