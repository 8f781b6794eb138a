package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What waits for one model, by class. */
final class ModelQueue {

  private final Map<ServiceClass, ClassQueue> classes = new EnumMap<>(ServiceClass.class);

  void add(Candidate candidate) {
    classes
        .computeIfAbsent(candidate.serviceClass(), serviceClass -> new ClassQueue())
        .add(candidate);
  }

  void remove(Candidate candidate) {
    ClassQueue queue = classes.get(candidate.serviceClass());
    queue.remove(candidate);
    if (queue.isEmpty()) {
      classes.remove(candidate.serviceClass());
    }
  }

  boolean isEmpty() {
    return classes.isEmpty();
  }

  void heads(WorkerView worker, RankPolicy rank, long nowMicros, Predicate<Candidate> visitor) {
    for (ClassQueue queue : classes.values()) {
      queue.heads(worker, rank, nowMicros, visitor);
    }
  }

  void census(String model, Consumer<ClassCensus> visitor) {
    classes.forEach((serviceClass, queue) -> visitor.accept(queue.census(model, serviceClass)));
  }
}
