package io.penstock.workers;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.models.ServedModels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Derives a worker's health from facts about it. */
final class WorkerDiagnosis {

  private WorkerDiagnosis() {}

  static WorkerHealth of(
      WorkerConfig config,
      LeaseManager.Snapshot leases,
      ServedModels served,
      boolean started,
      boolean threadsWork,
      boolean positioned,
      EnginePause pause,
      Instant now) {
    List<String> obstacles = new ArrayList<>();
    if (!threadsWork) {
      obstacles.add("a thread has failed; restart the worker if it stays so");
    }
    if (!started) {
      obstacles.add("not started");
    } else if (!positioned) {
      obstacles.add("the leases topic cannot be read yet");
    }
    if (leases.state() != WorkerState.ACTIVE) {
      obstacles.add("the worker is " + leases.state());
    }
    boolean known = served.missing().size() < config.models().size();
    if (leases.partitions().isEmpty() || !known) {
      obstacles.add("none of its models is in the registry: " + config.models());
    } else if (!isRecent(config, leases, now)) {
      obstacles.add("Kafka has not acknowledged a demand of this session lately");
    }
    List<String> reasons = new ArrayList<>(obstacles);
    if (known) {
      served.missing().forEach(m -> reasons.add("model %s is not in the registry".formatted(m)));
    }
    served
        .noVariants()
        .forEach(v -> reasons.add("variant %s is not in the registry, or is retired".formatted(v)));
    if (pause.admission(now) instanceof EnginePause.Admission.Paused(Instant until, String why)) {
      reasons.add("the engine is paused until %s: %s".formatted(until, why));
    }
    served.outOfRange().forEach(m -> reasons.add("model %s names unknown partitions".formatted(m)));
    if (config.slots() < leases.partitions().size()) {
      reasons.add(
          "%d slots are fewer than the %d partitions served, so some wait for others; raise slots"
              .formatted(config.slots(), leases.partitions().size()));
    }
    return new WorkerHealth(
        obstacles.isEmpty(),
        reasons,
        leases.state(),
        leases.session(),
        leases.partitions(),
        leases.held(),
        leases.running(),
        leases.acknowledgedAt(),
        leases.lastLease());
  }

  private static boolean isRecent(WorkerConfig config, LeaseManager.Snapshot leases, Instant now) {
    return leases
        .acknowledgedAt()
        .filter(at -> at.plus(config.timing().leaseTimeout()).isAfter(now))
        .isPresent();
  }
}
