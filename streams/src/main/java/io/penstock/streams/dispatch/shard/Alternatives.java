package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.move.MoveOption;
import io.penstock.streams.dispatch.move.Prospects;
import io.penstock.streams.dispatch.session.Speeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A request's alternatives with what is known of each now, here or reported. An instance belongs to
 * one thread.
 */
final class Alternatives {

  private final int partition;
  private final ClusterView cluster;
  private final TargetBook book;
  private final Prospects prospects;

  Alternatives(int partition, ClusterView cluster, TargetBook book, Speeds assumed) {
    this.partition = partition;
    this.cluster = cluster;
    this.book = book;
    this.prospects = new Prospects(assumed);
  }

  /** Best first, without those whose partition does not exist. */
  List<MoveOption> of(DispatchEntry entry, FleetView fleet, Instant now) {
    List<MoveOption> options = new ArrayList<>();
    for (ModelAlternative to : entry.getFacts().getAlternatives()) {
      if (to.getPartition() >= 0 && to.getPartition() < cluster.partitions()) {
        MoveOption known = prospects.of(to, entry.getFacts().getServiceClass(), fleet, now);
        options.add(isTroubledHere(to) ? unhealthy(known) : known);
      }
    }
    return options;
  }

  /** Notes that a request goes there. */
  void claimed(ModelAlternative to, Instant now) {
    prospects.claimed(to, now);
  }

  /** Returns what this shard knows itself is newer than its report. */
  private boolean isTroubledHere(ModelAlternative to) {
    if (to.getPartition() != partition || !book.hasTrouble()) {
      return false;
    }
    Target target = Target.of(to);
    // Nothing has waited for this variant so far: only its model is known.
    return book.troubled(book.knows(target) ? target : Target.ofModel(to.getModel())) != null;
  }

  private static MoveOption unhealthy(MoveOption option) {
    return new MoveOption(option.alternative(), TargetHealth.UNHEALTHY, option.startSeconds());
  }
}
