package io.penstock.broker.requests;

import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.RequestKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The requests of late in the partitions that this instance owns, without their bodies. Each
 * partition has room for a fixed number; the one that was heard of least lately makes room. Lines
 * of batches have as much room of their own, so that a batch makes nobody else forgotten. Safe for
 * use by many threads.
 */
public final class RecentRequests {

  private final int most;
  private final Map<Integer, Map<String, KnownRequest>> partitions = new HashMap<>();
  private final Map<Integer, Map<String, KnownRequest>> lines = new HashMap<>();

  /**
   * @param most requests in each partition, 1 or more
   */
  public RecentRequests(int most) {
    this.most = most;
  }

  /** Begins to remember requests of a partition. */
  public synchronized void open(int partition) {
    partitions.put(partition, new LinkedHashMap<>(16, 0.75f, true));
    lines.put(partition, new LinkedHashMap<>(16, 0.75f, true));
  }

  /** Forgets the requests of a partition. */
  public synchronized void close(int partition) {
    partitions.remove(partition);
    lines.remove(partition);
  }

  public synchronized Optional<KnownRequest> find(int partition, String tenant, String id) {
    String key = RequestKey.of(tenant, id);
    return find(partitions, partition, key).or(() -> find(lines, partition, key));
  }

  private static Optional<KnownRequest> find(
      Map<Integer, Map<String, KnownRequest>> among, int partition, String key) {
    return Optional.ofNullable(among.get(partition)).map(known -> known.get(key));
  }

  /**
   * Notes a request that this instance is about to submit.
   *
   * @param fingerprint of what is asked, under an idempotency key
   * @return what was known of a request of the same tenant and id before
   */
  public synchronized Optional<KnownRequest> submitted(
      int partition,
      String tenant,
      String id,
      ServiceClass serviceClass,
      String model,
      Optional<String> fingerprint,
      Instant now) {
    Optional<KnownRequest> before = find(partition, tenant, id);
    if (before.isEmpty()) {
      change(
          partitions,
          partition,
          tenant,
          id,
          now,
          _ ->
              new KnownRequest(
                  tenant,
                  id,
                  RequestState.ACCEPTED,
                  Optional.of(serviceClass),
                  Optional.of(model),
                  0,
                  Optional.empty(),
                  Optional.of(now),
                  now,
                  Optional.empty(),
                  fingerprint));
    }
    return before;
  }

  /** Forgets a request that could not be submitted. */
  public synchronized void forget(int partition, String tenant, String id) {
    Map<String, KnownRequest> known = partitions.get(partition);
    if (known != null) {
      known.remove(RequestKey.of(tenant, id));
    }
  }

  /** Takes a state in, unless the result was there first. */
  public synchronized void status(int partition, RequestStatus status) {
    change(
        status.getBatchId().isPresent() ? lines : partitions,
        partition,
        status.getTenant(),
        status.getId(),
        status.getChangedAt(),
        known ->
            known.isFinished()
                ? known
                : new KnownRequest(
                    known.tenant(),
                    known.id(),
                    status.getState(),
                    Optional.of(status.getServiceClass()),
                    Optional.of(status.getModel()),
                    status.getAttempts(),
                    status.getFailure().map(failure -> failure.getMessage()),
                    known.submittedAt(),
                    status.getChangedAt(),
                    Optional.empty(),
                    known.fingerprint()));
  }

  /** Takes a result in, unless it only answers a repetition. */
  public synchronized void result(ResultRecord record) {
    InferenceResult result = record.result();
    if (!record.isFirst()) {
      return;
    }
    change(
        result.getBatchId().isPresent() ? lines : partitions,
        record.partition(),
        result.getTenant(),
        result.getId(),
        result.getFinishedAt(),
        known ->
            new KnownRequest(
                known.tenant(),
                known.id(),
                RequestState.valueOf(result.getStatus().name()),
                Optional.of(result.getServiceClass()),
                Optional.of(
                    result
                        .getChoice()
                        .map(ModelChoice::getModel)
                        .orElse(result.getRequestedModel())),
                result.getAttempts(),
                result.getError().map(error -> error.getMessage()),
                known.submittedAt(),
                result.getFinishedAt(),
                Optional.of(new ResultPlace(record.partition(), record.offset())),
                known.fingerprint()));
  }

  private void change(
      Map<Integer, Map<String, KnownRequest>> among,
      int partition,
      String tenant,
      String id,
      Instant now,
      UnaryOperator<KnownRequest> change) {
    @Nullable Map<String, KnownRequest> known = among.get(partition);
    if (known == null) {
      return;
    }
    String key = RequestKey.of(tenant, id);
    KnownRequest before = known.get(key);
    KnownRequest start =
        before == null
            ? new KnownRequest(
                tenant,
                id,
                RequestState.ACCEPTED,
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                now,
                Optional.empty(),
                Optional.empty())
            : before;
    known.put(key, change.apply(start));
    Iterator<String> oldest = known.keySet().iterator();
    while (known.size() > most) {
      oldest.next();
      oldest.remove();
    }
  }
}
