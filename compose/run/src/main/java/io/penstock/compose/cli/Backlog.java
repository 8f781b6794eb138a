package io.penstock.compose.cli;

import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts what waits and runs, from lifecycle records. It holds unfinished requests only. */
final class Backlog {

  private record Place(
      String model, ServiceClass serviceClass, RequestState state, Instant since) {}

  private record Group(String model, ServiceClass serviceClass) {}

  /**
   * One model and class.
   *
   * @param accepted received and not yet in dispatch's index
   * @param oldest since when the one that has waited longest has been waiting
   */
  record Row(
      String model,
      ServiceClass serviceClass,
      long accepted,
      long waiting,
      long leased,
      Optional<Instant> oldest) {

    /** How long the one that has waited longest has been waiting. */
    Optional<Duration> waited(Instant now) {
      return oldest.map(since -> Duration.between(since, now));
    }
  }

  private final Map<String, Place> unfinished = new HashMap<>();
  private @Nullable Instant newest;

  /** Takes a lifecycle record, in the order of its partition. */
  void add(RequestStatus status) {
    if (newest == null || status.getChangedAt().isAfter(newest)) {
      newest = status.getChangedAt();
    }
    switch (status.getState()) {
      case ACCEPTED, WAITING, LEASED ->
          unfinished.put(
              RequestKey.of(status),
              new Place(
                  status.getModel(),
                  status.getServiceClass(),
                  status.getState(),
                  status.getChangedAt()));
      case SUCCEEDED, FAILED, EXPIRED, CANCELLED -> unfinished.remove(RequestKey.of(status));
    }
  }

  /** Forgets a request whose record was removed from the topic. */
  void remove(String key) {
    unfinished.remove(key);
  }

  /** When the newest record was written: the state shown is no newer. Empty without a record. */
  Optional<Instant> asOf() {
    return Optional.ofNullable(newest);
  }

  /** The groups by model, then class. */
  List<Row> rows() {
    Map<Group, List<Place>> groups =
        new TreeMap<>(Comparator.comparing(Group::model).thenComparing(Group::serviceClass));
    for (Place place : unfinished.values()) {
      groups
          .computeIfAbsent(
              new Group(place.model(), place.serviceClass()), group -> new ArrayList<>())
          .add(place);
    }
    List<Row> rows = new ArrayList<>();
    groups.forEach((group, places) -> rows.add(row(group, places)));
    return rows;
  }

  private static Row row(Group group, List<Place> places) {
    return new Row(
        group.model(),
        group.serviceClass(),
        count(places, RequestState.ACCEPTED),
        count(places, RequestState.WAITING),
        count(places, RequestState.LEASED),
        places.stream()
            .filter(place -> place.state() == RequestState.WAITING)
            .map(Place::since)
            .min(Comparator.naturalOrder()));
  }

  private static long count(List<Place> places, RequestState state) {
    return places.stream().filter(place -> place.state() == state).count();
  }
}
