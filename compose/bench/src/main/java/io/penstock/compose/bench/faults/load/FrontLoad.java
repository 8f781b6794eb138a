package io.penstock.compose.bench.faults.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waiting calls, streams and batches at all fronts at once, each client on a thread of its own. */
public final class FrontLoad implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FrontLoad.class);
  private static final int CALLERS = 2;
  private static final int READERS = 2;
  private static final int MOST_NAMED = 50;

  /** What a call that was begun last may take beyond the patience of its client. */
  private static final Duration LAST_CALL = Duration.ofSeconds(35);

  private final FrontCalls calls;
  private final WaitingCalls waiting;
  private final ResumedStreams streams;
  private final WatchedBatches batches;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> broken = new CopyOnWriteArrayList<>();
  private volatile boolean stopped;

  /** Begins to call. */
  public FrontLoad(List<URI> fronts, String model, long seed) {
    calls = new FrontCalls(fronts);
    waiting = new WaitingCalls(calls, model);
    streams = new ResumedStreams(calls, model);
    batches = new WatchedBatches(calls, model);
    for (int each = 0; each < CALLERS; each++) {
      start(waiting, seed);
    }
    for (int each = 0; each < READERS; each++) {
      start(streams, seed);
    }
    start(batches, seed);
  }

  private void start(FrontClient client, long seed) {
    Random random = new Random(seed + threads.size());
    threads.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!stopped) {
                    step(client, random);
                  }
                }));
  }

  private void step(FrontClient client, Random random) {
    try {
      client.step(random);
    } catch (FrontCalls.GaveUpException e) {
      broke("a client has no answer in the calm at the end: " + e.getMessage());
    } catch (IllegalStateException | IOException e) {
      broke(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      stopped = true;
    }
  }

  private void broke(String what) {
    LOG.warn("{}", what);
    if (broken.size() < MOST_NAMED) {
      broken.add(what);
    }
  }

  /**
   * Begins nothing new, and waits until what was begun has ended.
   *
   * @param patience after which clients give up
   */
  public void stop(Duration patience) throws InterruptedException {
    stopped = true;
    calls.giveUpAfter(patience);
    long until = System.nanoTime() + patience.plus(LAST_CALL).toNanos();
    for (Thread each : threads) {
      long left = Math.max(1, (until - System.nanoTime()) / 1_000_000);
      if (!each.join(Duration.ofMillis(left))) {
        broke("a client still reads an answer that has not ended in the calm at the end");
        each.interrupt();
        // The client closes what it reads.
        calls.close();
        each.join();
      }
    }
  }

  /** The promises that a front did not keep, the first fifty. */
  public List<String> broken() {
    return List.copyOf(broken);
  }

  /** The ids of the calls that were answered. */
  public Set<String> answeredIds() {
    return waiting.ids();
  }

  /** How many of each there were. */
  public FrontCounts counts() {
    return new FrontCounts(
        waiting.done(),
        streams.done(),
        streams.resumed(),
        streams.interrupted(),
        batches.done(),
        batches.lines(),
        calls.retries());
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(Thread::interrupt);
    calls.close();
  }
}
