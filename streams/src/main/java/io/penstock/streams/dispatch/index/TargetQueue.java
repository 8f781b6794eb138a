package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The requests that wait for one target, by class. */
final class TargetQueue {

  private final Function<ServiceClass, ClassQueue> newQueue;
  private final Map<ServiceClass, ClassQueue> classes = new EnumMap<>(ServiceClass.class);

  TargetQueue(Function<ServiceClass, ClassQueue> newQueue) {
    this.newQueue = newQueue;
  }

  void add(Candidate candidate) {
    classes.computeIfAbsent(candidate.serviceClass(), newQueue).add(candidate);
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

  @Nullable ClassQueue of(ServiceClass serviceClass) {
    return classes.get(serviceClass);
  }
}
