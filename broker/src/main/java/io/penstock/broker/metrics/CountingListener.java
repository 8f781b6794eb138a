package io.penstock.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.TerminalStatus;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts results that come while the partition is owned; what came before was counted elsewhere.
 */
final class CountingListener implements PartitionListener {

  private final Counter takeovers;
  private final Counter losses;
  private final Consumer<TerminalStatus> line;
  private final Set<Integer> current = new HashSet<>();

  CountingListener(Counter takeovers, Counter losses, Consumer<TerminalStatus> line) {
    this.takeovers = takeovers;
    this.losses = losses;
    this.line = line;
  }

  @Override
  public OptionalLong taken(Home home) {
    takeovers.increment();
    return OptionalLong.empty();
  }

  @Override
  public void result(ResultRecord record) {
    if (current.contains(record.partition())
        && record.isFirst()
        && record.result().getBatchId().isPresent()) {
      line.accept(record.result().getStatus());
    }
  }

  @Override
  public void upToDate(int partition) {
    current.add(partition);
  }

  @Override
  public void lost(int partition) {
    current.remove(partition);
    losses.increment();
  }
}
