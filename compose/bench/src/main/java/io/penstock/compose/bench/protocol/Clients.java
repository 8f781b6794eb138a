package io.penstock.compose.bench.protocol;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.List;

/**
 * Sends requests until there are as many as asked for, some of them again or under a used id, and
 * cancels or changes some.
 */
final class Clients {

  private static final List<ServiceClass> CLASSES = List.of(ServiceClass.values());
  private static final double MEAN_GAP_MILLIS = 8;
  private static final double BURST_GAP_MILLIS = 2;

  private final Cluster cluster;
  private final Chance chance;
  private final BatchFront front;
  private int next;

  Clients(Cluster cluster, BatchFront front) {
    this.cluster = cluster;
    this.front = front;
    this.chance = cluster.chance("clients");
    arrive();
  }

  /** Returns whether all requests were sent. */
  boolean areDone() {
    return next >= cluster.settings.requests();
  }

  /** How many were made so far. */
  int sent() {
    return next;
  }

  private void arrive() {
    if (areDone()) {
      return;
    }
    if (chance.oneIn(500)) {
      int lines = Math.min(5 + chance.below(100), cluster.settings.requests() - next);
      front.begin(next, lines);
      next += lines;
    } else {
      submit(next++);
    }
    boolean burst = cluster.weather.isStormy() && cluster.clock.now() / 10_000_000_000L % 6 == 0;
    double gap = burst ? BURST_GAP_MILLIS : MEAN_GAP_MILLIS;
    cluster.clock.after(chance.exponential(gap), this::arrive);
  }

  private void submit(int number) {
    int shard = chance.below(Cluster.SHARDS);
    ServiceClass serviceClass = CLASSES.get(chance.below(CLASSES.size()));
    Instant now = cluster.clock.instant();
    long[] seconds = {2, 30, 60, 60, 120, 120, 300, 600};
    ScoredFacts facts =
        Requests.facts(
            RequestIds.plain(number),
            RequestIds.tenant(number),
            shard,
            chance.below(3) > 0,
            serviceClass,
            now,
            now.plusSeconds(seconds[chance.below(seconds.length)]),
            null,
            null);
    boolean cancelled = chance.oneIn(70);
    if (cancelled) {
      cancel(number, chance.millis(0, 6_000));
    }
    // A cancellation may be read before its request.
    long delay = chance.oneIn(cancelled ? 3 : 50) ? chance.millis(0, 6_000) : 0;
    cluster.clock.after(delay, () -> cluster.submit(shard, facts, serviceClass));
    if (chance.oneIn(100)) {
      cluster.clock.after(
          delay + chance.millis(0, 40_000), () -> cluster.submit(shard, facts, serviceClass));
    }
    if (chance.oneIn(500)) {
      conflict(number, shard, facts, serviceClass, delay);
    }
    if (chance.oneIn(200)) {
      change(number, chance.millis(0, 4_000));
    }
  }

  /** Somebody uses the id for something else, after the first. */
  private void conflict(
      int number, int shard, ScoredFacts first, ServiceClass serviceClass, long delay) {
    ScoredFacts other = ScoredFacts.newBuilder(first).setFingerprint(2L).build();
    cluster.clock.after(
        delay + chance.millis(1, 20_000),
        () -> {
          cluster.audit.conflicting(number);
          cluster.submit(shard, other, serviceClass);
        });
  }

  private void cancel(int number, long after) {
    cluster.clock.after(
        after,
        () -> {
          cluster.audit.cancelAsked(number);
          cluster.command(
              ShardTopic.CANCELLATIONS,
              command(CommandKind.CANCEL, RequestIds.plain(number), number).build());
        });
  }

  private void change(int number, long after) {
    cluster.clock.after(
        after,
        () -> {
          cluster.audit.changeAsked(number);
          ControlCommand.Builder command =
              command(CommandKind.REPRIORITISE, RequestIds.plain(number), number);
          if (chance.oneIn(2)) {
            command.setDeadline(cluster.clock.instant().plusSeconds(chance.below(100)));
          } else {
            command.setServiceClass(CLASSES.get(chance.below(CLASSES.size())));
          }
          cluster.command(ShardTopic.CONTROL, command.build());
        });
  }

  private ControlCommand.Builder command(CommandKind kind, String id, int number) {
    return ControlCommand.newBuilder()
        .setKind(kind)
        .setRequestId(id)
        .setTenant(RequestIds.tenant(number))
        .setIssuedAt(cluster.clock.instant());
  }
}
