package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Two shards with a transfers topic and a fleet topic between them. Model {@code m} is in partition
 * 0, model {@code n} in partition 1.
 */
final class TwoShards {

  final List<MemoryStore> stores = List.of(new MemoryStore(), new MemoryStore());
  final List<Deque<Effect.Transfer>> transfers = List.of(new ArrayDeque<>(), new ArrayDeque<>());
  final Map<String, FleetReport> reports = new HashMap<>();
  final List<DispatchShard> shards = new ArrayList<>();
  ModelCatalog models = ModelCatalog.EMPTY;
  private final BiConsumer<Integer, Effect> listener;
  private final ShardSettings settings;

  TwoShards(ShardSettings settings, BiConsumer<Integer, Effect> listener, Instant now) {
    this.settings = settings;
    this.listener = listener;
    for (int partition = 0; partition < 2; partition++) {
      shards.add(shard(partition));
      shards.get(partition).restore(now);
    }
  }

  void restart(int partition, Instant now) {
    shards.set(partition, shard(partition));
    shards.get(partition).restore(now);
  }

  private DispatchShard shard(int partition) {
    return new DispatchShard(
        partition,
        TopicNames.DEFAULT,
        settings,
        stores.get(partition),
        (effect, traceparent) -> written(partition, effect),
        ShardMetrics.NONE,
        new ClusterView(
            2, () -> FleetView.of(reports.values()), () -> RoutingState.EMPTY, () -> models));
  }

  private void written(int partition, Effect effect) {
    switch (effect) {
      case Effect.Transfer transfer -> transfers.get(transfer.partition()).add(transfer);
      case Effect.Report(String key, FleetReport report) -> {
        if (report == null) {
          reports.remove(key);
        } else {
          reports.put(key, report);
        }
      }
      case Effect.Answer ignored -> {}
      case Effect.Announce ignored -> {}
      case Effect.Instruct ignored -> {}
      case Effect.Bury ignored -> {}
    }
    listener.accept(partition, effect);
  }

  /** Hands over the transfer that was written first, if there is one. */
  void deliver(int partition, Instant now) {
    Effect.Transfer first = transfers.get(partition).poll();
    if (first != null) {
      shards.get(partition).transfer(first.transfer(), now);
    }
  }

  static ModelAlternative alternative(String model, String variant, int partition) {
    return ModelAlternative.newBuilder()
        .setModel(model)
        .setVariant(variant)
        .setPartition(partition)
        .setPromptTokens(100)
        .setPredictedOutputTokens(50)
        .setMaxOutputTokens(200)
        .setInputPricePerMillion(1.0)
        .setOutputPricePerMillion(1.0)
        .setScore(0)
        .build();
  }
}
