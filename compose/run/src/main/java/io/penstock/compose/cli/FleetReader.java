package io.penstock.compose.cli;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.fleet.FleetView;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

/** Reads what dispatch reports of the fleet, as it is now. */
final class FleetReader {

  private FleetReader() {}

  static FleetView read(Cluster cluster, Console console) {
    String topic = cluster.names().fleet();
    EntryReader<FleetReport> reader = new EntryReader<>(cluster.serdes(), FleetReport.class);
    AtomicReference<FleetView> view = new AtomicReference<>(FleetView.EMPTY);
    cluster
        .log()
        .read(
            topic,
            new TopicLog.Start.Beginning(),
            entry -> {
              if (entry.value() == null && entry.key() != null) {
                String key = new String(entry.key(), StandardCharsets.UTF_8);
                view.updateAndGet(now -> now.without(key));
              }
              reader.read(entry).ifPresent(report -> view.updateAndGet(now -> now.with(report)));
              return true;
            });
    reader.warn(console, topic);
    return view.get();
  }
}
