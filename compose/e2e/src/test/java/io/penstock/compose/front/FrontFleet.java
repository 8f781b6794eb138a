package io.penstock.compose.front;

import io.penstock.compose.e2e.PenstockProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;

/** Instances of the front, each a process, that come and go while clients call any of them. */
final class FrontFleet implements AutoCloseable {

  /** How long a client tries, which is longer than all instances take to start. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration STOP = Duration.ofMinutes(1);

  /** Answers that ask to try again. */
  private static final Set<Integer> NOT_NOW = Set.of(429, 502, 503, 504);

  private final Starter starter;
  private final AtomicReferenceArray<Running> running;
  private final List<Running> started = new CopyOnWriteArrayList<>();
  private final AtomicInteger retries = new AtomicInteger();

  /** Starts the process of an instance. */
  @FunctionalInterface
  interface Starter {
    PenstockProcess start(int instance) throws IOException;
  }

  /** One call of a client. */
  @FunctionalInterface
  interface Attempt {
    HttpResponse<String> at(FrontCalls instance) throws IOException, InterruptedException;
  }

  FrontFleet(int instances, Starter starter) {
    this.starter = starter;
    this.running = new AtomicReferenceArray<>(instances);
  }

  int size() {
    return running.length();
  }

  /** Starts an instance, which is called once it has said that it is ready. */
  void start(int instance) throws IOException {
    Running begun = new Running(starter.start(instance));
    started.add(begun);
    running.set(instance, begun);
    Thread.ofVirtual().start(begun::awaitReady);
  }

  void kill(int instance) throws InterruptedException {
    running.get(instance).end();
    running.get(instance).process.kill();
  }

  void pause(int instance) throws IOException, InterruptedException {
    running.get(instance).process.pause();
  }

  void goOn(int instance) throws IOException, InterruptedException {
    running.get(instance).process.goOn();
  }

  /** Has an instance stop, and waits until it has ended. */
  void stop(int instance) throws InterruptedException {
    running.get(instance).process.terminate();
    if (!running.get(instance).process.awaitEnd(STOP)) {
      throw new AssertionError("instance %d did not end within %s".formatted(instance, STOP));
    }
    running.get(instance).end();
  }

  /** This instance, which has to be ready. */
  FrontCalls at(int instance) {
    return running.get(instance).calls().orElseThrow();
  }

  /** An instance that is ready as far as anybody knows. */
  FrontCalls any(RandomGenerator random) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      Optional<FrontCalls> calls = running.get(random.nextInt(running.length())).calls();
      if (calls.isPresent()) {
        return calls.get();
      }
      Thread.sleep(PAUSE.dividedBy(10));
    }
    throw new AssertionError("no instance was ready for " + PATIENCE);
  }

  /** Waits until all are ready. */
  void awaitAll() throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    for (int each = 0; each < running.length(); each++) {
      while (running.get(each).calls().isEmpty()) {
        if (System.nanoTime() > until) {
          throw new AssertionError(
              "instance %d is not ready: %s".formatted(each, running.get(each).problem));
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  /** Tries at one instance after the other until the answer is one that counts. */
  HttpResponse<String> persistently(RandomGenerator random, Attempt attempt)
      throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    String last = "";
    while (System.nanoTime() < until) {
      try {
        HttpResponse<String> answer = attempt.at(any(random));
        if (!NOT_NOW.contains(answer.statusCode())) {
          return answer;
        }
        last = answer.statusCode() + " " + answer.body();
      } catch (IOException lost) {
        last = lost.toString();
      }
      retried();
      Thread.sleep(PAUSE);
    }
    throw new AssertionError("no answer within %s; the last one: %s".formatted(PATIENCE, last));
  }

  /** Counts that a client has to try again. */
  void retried() {
    retries.incrementAndGet();
  }

  int retries() {
    return retries.get();
  }

  private static final class Running {

    private final PenstockProcess process;
    private volatile Optional<FrontCalls> calls = Optional.empty();
    private volatile boolean ended;
    private volatile String problem = "it has said nothing";

    Running(PenstockProcess process) {
      this.process = process;
    }

    Optional<FrontCalls> calls() {
      return ended ? Optional.empty() : calls;
    }

    void end() {
      ended = true;
    }

    void awaitReady() {
      try {
        calls = Optional.of(new FrontCalls(process.awaitReady().path("http").asText()));
      } catch (IOException | UncheckedIOException | IllegalStateException notReady) {
        // It may have been killed before.
        problem = notReady.toString();
      }
    }
  }

  @Override
  public void close() {
    for (Running each : started) {
      each.process.close();
      each.calls.ifPresent(FrontCalls::close);
    }
  }
}
