package io.penstock.broker.batches.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A batch that is fed as a runner feeds it, a stage that passes its requests on at some rate, as
 * scoring does, and slots that take them in order. It asks again and again when the batch will be
 * done, and knows in the end how true the answers were. Times are in seconds from the start.
 */
final class PromiseSimulation {

  /** How long a worker has a request. */
  @FunctionalInterface
  interface ServiceTime {

    /**
     * Draws one.
     *
     * @param number of the request, from 1
     * @param at when it is leased
     */
    double seconds(Random random, int number, double at);
  }

  /**
   * What happens to a batch.
   *
   * @param lines of it
   * @param slots that serve it, by the time
   * @param stage how many requests a second reach the slots at most, by the time
   * @param ahead requests of others that are served first
   * @param service of each request
   * @param settled when all has happened that nobody could foresee, as a share of the time
   */
  record Scenario(
      String name,
      int lines,
      DoubleUnaryOperator slots,
      DoubleUnaryOperator stage,
      int ahead,
      ServiceTime service,
      double settled) {

    Scenario settled(double share) {
      return new Scenario(name, lines, slots, stage, ahead, service, share);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** {@code completion} is empty where nothing was promised. */
  record Promise(double at, Optional<Double> completion) {}

  /**
   * What was promised, and when the batch was done, and from which share of the time on it counts.
   */
  record Outcome(List<Promise> promises, double firstAnswer, double end, double settled) {

    /** How far off a share of the promises was at most, as a share of the time that was left. */
    double error(double share) {
      return quantile(errors(), share);
    }

    private List<Double> errors() {
      List<Double> errors = new ArrayList<>();
      for (Promise promise : promises) {
        double left = end - promise.at();
        if (promise.completion().isPresent() && promise.at() >= settled * end && countsWith(left)) {
          errors.add(Math.abs(promise.completion().get() - end) / left);
        }
      }
      return errors;
    }

    /** With little time left, a share of it means nothing. */
    private boolean countsWith(double left) {
      return left >= Math.max(2, end / 50);
    }

    /** How long after the first answer there was a promise, as a share of the time. */
    double silence() {
      return promises.stream()
          .filter(each -> each.completion().isPresent())
          .findFirst()
          .map(first -> Math.max(0, first.at() - firstAnswer) / end)
          .orElse(1.0);
    }

    /**
     * How far nine in ten promises were at most from the one before, as a share of the time left.
     */
    double unrest() {
      List<Double> moves = new ArrayList<>();
      for (int each = 1; each < promises.size(); each++) {
        Optional<Double> before = promises.get(each - 1).completion();
        Optional<Double> now = promises.get(each).completion();
        double left = end - promises.get(each).at();
        if (before.isPresent() && now.isPresent() && countsWith(left)) {
          moves.add(Math.abs(now.get() - before.get()) / left);
        }
      }
      return quantile(moves, 0.9);
    }

    boolean neverInThePast() {
      return promises.stream()
          .allMatch(
              each -> each.completion().map(promised -> promised >= each.at() - 1e-3).orElse(true));
    }

    private static double quantile(List<Double> values, double share) {
      if (values.isEmpty()) {
        return Double.NaN;
      }
      Collections.sort(values);
      return values.get(
          Math.clamp((int) Math.ceil(share * values.size()) - 1, 0, values.size() - 1));
    }
  }

  private record Running(int number, double leasedAt, double endsAt) {}

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

  private final Scenario scenario;
  private final Random random;
  private final double step;
  private final double[] fedAt;
  private final Queue<Integer> atStage = new ArrayDeque<>();
  private final Queue<Integer> ready = new ArrayDeque<>();
  private final PriorityQueue<Running> running =
      new PriorityQueue<>(Comparator.comparingDouble(Running::endsAt));
  private CompletionEstimate estimate = CompletionEstimate.initial(START);
  private FeedingPace pace;
  private double now;
  private double credit;
  private int fed;
  private int answered;
  private double firstAnswer = Double.NaN;

  private PromiseSimulation(Scenario scenario, long seed, double step, FeedingPace pace) {
    this.scenario = scenario;
    this.random = new Random(seed);
    this.step = step;
    this.pace = pace;
    this.fedAt = new double[scenario.lines() + 1];
    for (int each = 0; each < scenario.ahead(); each++) {
      ready.add(0);
    }
  }

  /**
   * Runs a batch to its end.
   *
   * @param step seconds between two looks at it
   * @param pace at which it begins
   */
  static Outcome run(Scenario scenario, long seed, double step, FeedingPace pace) {
    return new PromiseSimulation(scenario, seed, step, pace).run();
  }

  private Outcome run() {
    List<Promise> promises = new ArrayList<>();
    while (answered < scenario.lines()) {
      feed();
      passOn();
      lease();
      now += step;
      hear();
      if (answered > 0 && answered < scenario.lines()) {
        promises.add(
            new Promise(
                now,
                estimate
                    .completion(scenario.lines() - answered, at(now))
                    .map(each -> Duration.between(START, each).toNanos() / 1e9)));
      }
      if (now > Duration.ofDays(30).toSeconds()) {
        throw new AssertionError(scenario + " does not end");
      }
    }
    return new Outcome(promises, firstAnswer, now, scenario.settled());
  }

  private static Instant at(double seconds) {
    return START.plusNanos(Math.round(seconds * 1e9));
  }

  private void feed() {
    int room = Math.min(pace.room(fed - answered), scenario.lines() - fed);
    for (int each = 0; each < room; each++) {
      fed++;
      fedAt[fed] = now;
      atStage.add(fed);
    }
  }

  private void passOn() {
    credit += scenario.stage().applyAsDouble(now) * step;
    while (credit >= 1 && !atStage.isEmpty()) {
      credit--;
      ready.add(atStage.remove());
    }
    credit = atStage.isEmpty() ? Math.min(credit, 1) : credit;
  }

  private void lease() {
    int slots = (int) scenario.slots().applyAsDouble(now);
    while (running.size() < slots && !ready.isEmpty()) {
      int number = ready.remove();
      double service = scenario.service().seconds(random, number, now);
      running.add(new Running(number, now, now + service));
    }
  }

  private void hear() {
    Served served = Served.NONE;
    while (!running.isEmpty() && running.peek().endsAt() <= now) {
      Running done = running.remove();
      if (done.number() > 0) {
        answered++;
        Duration service = Duration.ofNanos(Math.round((done.endsAt() - done.leasedAt()) * 1e9));
        served = served.plus(service);
        observe(done);
      }
    }
    if (served.count() > 0) {
      firstAnswer = Double.isNaN(firstAnswer) ? now : firstAnswer;
      estimate = estimate.answered(served, scenario.lines() - answered, at(now));
    }
  }

  private void observe(Running done) {
    double waited = done.leasedAt() - fedAt[done.number()];
    FeedingPace next =
        pace.observed(done.number(), Duration.ofNanos(Math.round(waited * 1e9)), fed);
    pace = next;
  }
}
