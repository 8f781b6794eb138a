package io.penstock.compose.cli;

import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The states of requests, by id. Ids are unique by tenant, so one id may be several tenants'
 * requests.
 */
final class RequestStates {

  private static final Set<RequestState> UNDER_WAY =
      EnumSet.of(RequestState.ACCEPTED, RequestState.WAITING, RequestState.LEASED);

  private final Map<String, Map<String, RequestStatus>> byId = new HashMap<>();

  private RequestStates() {}

  /**
   * Reads the latest states of these ids from the lifecycle topic.
   *
   * @param tenant the only tenant wanted, or null for all
   */
  static RequestStates read(
      Cluster cluster, Console console, Collection<String> ids, @Nullable String tenant) {
    RequestStates states = new RequestStates();
    String topic = cluster.names().lifecycle();
    EntryReader<RequestStatus> reader = new EntryReader<>(cluster.serdes(), RequestStatus.class);
    cluster
        .log()
        .read(
            topic,
            new TopicLog.Start.Beginning(),
            entry -> {
              if (isOfOne(ids, entry.key())) {
                reader
                    .read(entry)
                    .filter(status -> tenant == null || tenant.equals(status.getTenant()))
                    .ifPresent(states::add);
              }
              return true;
            });
    reader.warn(console, topic);
    return states;
  }

  /** Returns whether a record's key, which names the tenant too, is of one of these ids. */
  private static boolean isOfOne(Collection<String> ids, byte @Nullable [] key) {
    return key != null && ids.contains(RequestKey.id(new String(key, StandardCharsets.UTF_8)));
  }

  private void add(RequestStatus status) {
    byId.computeIfAbsent(status.getId(), _ -> new TreeMap<>())
        .merge(status.getTenant(), status, RequestStates::later);
  }

  /** Records of one request stand in one partition, in order, but for those of an older version. */
  private static RequestStatus later(RequestStatus one, RequestStatus other) {
    return other.getChangedAt().isBefore(one.getChangedAt()) && !isUnderWay(one) ? one : other;
  }

  /** The states of this id's requests, by tenant; none if it is not known. */
  List<RequestStatus> of(String id) {
    return List.copyOf(byId.getOrDefault(id, Map.of()).values());
  }

  /** The tenants that have a request of this id. */
  List<String> tenants(String id) {
    return List.copyOf(byId.getOrDefault(id, Map.of()).keySet());
  }

  /** Tells a person that an id alone does not say which request is meant. */
  static String severalTenants(String id, List<String> tenants) {
    return "id %s is that of several tenants' requests (%s); name one with --tenant"
        .formatted(Printable.of(id), Printable.of(String.join(", ", tenants)));
  }

  /** Returns whether the request has no result yet. */
  static boolean isUnderWay(RequestStatus status) {
    return UNDER_WAY.contains(status.getState());
  }
}
