package io.penstock.streams.control;

import static io.penstock.streams.control.ControlSamples.MODEL;
import static io.penstock.streams.control.ControlSamples.NEW;
import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.OLD;
import static io.penstock.streams.control.ControlSamples.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * What waits for the old variant when a rollout completes. The operator stops the old variant's
 * workers as soon as it has: nothing may expire because of that.
 */
class BlueGreenTest {

  private static final Duration DEADLINE = Duration.ofMinutes(50);
  private static final int REQUESTS = 70;

  private final DispatchWorld world =
      new DispatchWorld(ModelSpec.newBuilder(model()).setPartitions(List.of(0, 1)).build());

  @Test
  void aBacklogOfHalfAnHourIsServedBeforeTheRolloutIsComplete() {
    complete(new Random(1));
    run(Duration.ofMinutes(5), Duration.ofMinutes(5), List.of());
    assertThat(world.rollout().reason()).isEqualTo("blue has drained");
    assertThat(world.tables.models().resolve(MODEL).orElseThrow().getVariants())
        .extracting(ModelVariant::getState)
        .containsExactly("retired", "active");
  }

  @Test
  void dispatchMayBeKilledMeanwhile() {
    complete(new Random(2));
    run(Duration.ofMinutes(5), Duration.ofMinutes(5).plusSeconds(15), List.of(0, 1));
  }

  /** Whenever which shard is killed, and whatever is deferred or fails. */
  @Property(tries = 15)
  void nothingExpiresBecauseOfARollout(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int killed) {
    BlueGreenTest fresh = new BlueGreenTest();
    Random random = new Random(seed);
    fresh.complete(random);
    Duration from = Duration.ofSeconds(random.nextInt(40 * 60));
    fresh.run(
        from,
        from.plusSeconds(1 + random.nextInt(60)),
        killed == 3 ? List.of(0, 1) : List.of(killed - 1));
  }

  @Test
  void whatIsDeferredIsWaitedForWhenNothingElseIsLeft() {
    start();
    world.service = Duration.ofSeconds(1);
    world.arrive(1, "tonight", OLD, Duration.ofHours(3), NOW.plus(Duration.ofHours(2)));
    world.pass(Duration.ofHours(1));
    assertThat(world.rollout().state()).isEqualTo(State.COMPLETING);
    assertThat(world.rollout().figures()).containsEntry("old_waiting", 1.0);
    world.pass(Duration.ofMinutes(62));
    assertThat(world.rollout().state()).isEqualTo(State.COMPLETED);
    assertThat(world.count(TerminalStatus.SUCCEEDED)).isEqualTo(1);
  }

  @Test
  void whatIsLeftWhenThePartitionsChangeIsServedInTheNewOnes() {
    world.register(ModelSpec.newBuilder(model()).setPartitions(List.of(0)).build());
    world.start("worker", MODEL + "#" + OLD);
    world.service = Duration.ofSeconds(10);
    world.failFirst.add("r2");
    world.pass(Duration.ofSeconds(10));
    for (int i = 0; i < 20; i++) {
      Instant notBefore = i % 5 == 4 ? NOW.plus(Duration.ofMinutes(7)) : null;
      world.arrive(0, "r" + i, OLD, Duration.ofMinutes(10), notBefore);
    }
    world.pass(Duration.ofSeconds(35));
    assertThat(world.results).hasSizeBetween(2, 4);
    world.register(ModelSpec.newBuilder(model()).setPartitions(List.of(1)).build());
    world.pass(Duration.ofMinutes(10));
    assertThat(world.count(TerminalStatus.SUCCEEDED)).isEqualTo(20);
    assertThat(world.results.values())
        .as("it is the same target, so they were not moved")
        .allSatisfy(
            result -> assertThat(result.getChoice().orElseThrow().getMovedFrom()).isEmpty());
    assertThat(world.stores.get(0).request("r3")).isNull();
  }

  @Test
  void aShardThatHasJustBegunDoesNotRollTheRolloutBack() {
    start();
    world.arrive(0, "a", OLD, DEADLINE, null);
    world.arrive(0, "b", NEW, DEADLINE, null);
    world.arrive(1, "c", NEW, DEADLINE, null);
    world.pass(Duration.ofSeconds(30));
    for (int partition = 0; partition < 2; partition++) {
      world.restart(partition);
    }
    world.pass(Duration.ofSeconds(3));
    assertThat(world.rollout().state()).isEqualTo(State.COMPLETING);
    world.stop("green");
    world.pass(Duration.ofSeconds(60));
    assertThat(world.rollout().state()).as("it has gone for good").isEqualTo(State.ROLLED_BACK);
  }

  private void start() {
    world.start("blue", MODEL + "#" + OLD);
    world.start("green", MODEL + "#" + NEW);
    world.write(
        new Rollout(
            MODEL,
            OLD,
            NEW,
            null,
            null,
            null,
            null,
            null,
            State.COMPLETING,
            0,
            100,
            NOW,
            null,
            "test",
            Map.of()));
  }

  /** A backlog of half an hour, some of it deferred, some of it backing off meanwhile. */
  private void complete(Random random) {
    start();
    for (int i = 0; i < REQUESTS; i++) {
      boolean deferred = random.nextInt(7) == 0;
      Instant notBefore = deferred ? NOW.plus(Duration.ofSeconds(600 + random.nextInt(900))) : null;
      String id = "r" + i;
      if (random.nextInt(7) == 0) {
        world.failFirst.add(id);
      }
      world.arrive(i % 2, id, OLD, DEADLINE, notBefore);
    }
  }

  private void run(Duration killAt, Duration restartAt, List<Integer> killed) {
    boolean stopped = false;
    boolean wasKilled = false;
    boolean wasRestarted = false;
    while (world.now.isBefore(NOW.plus(DEADLINE).plusSeconds(60))) {
      world.step();
      if (!wasKilled && !world.now.isBefore(NOW.plus(killAt))) {
        killed.forEach(world::kill);
        wasKilled = true;
      }
      if (!wasRestarted && !world.now.isBefore(NOW.plus(restartAt))) {
        killed.forEach(world::restart);
        wasRestarted = true;
      }
      if (!stopped && world.rollout().state() == State.COMPLETED) {
        assertThat(world.results).as("ended before the rollout").hasSize(REQUESTS);
        world.stop("blue");
        stopped = true;
      }
    }
    assertThat(Tuple.of(world.count(TerminalStatus.SUCCEEDED), world.count(TerminalStatus.EXPIRED)))
        .isEqualTo(Tuple.of((long) REQUESTS, 0L));
    assertThat(stopped).as("completed").isTrue();
  }
}
