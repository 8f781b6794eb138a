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
 * partition has room for a fixed number. One that has ended makes room before one that is under
 * way, but for a quarter of the room, which is kept for those that have ended; among equals, the
 * one that was heard of least lately. Lines of batches have as much room of their own, so that a
 * batch makes nobody else forgotten. Safe for use by many threads.
 */
public final class RecentRequests {

  private static final int SHARE_OF_ENDED = 4;

  private final int most;
  private final Map<Integer, Memory> partitions = new HashMap<>();
  private final Map<Integer, Memory> lines = new HashMap<>();

  /** What is remembered of one partition. */
  private static final class Memory {

    private final Map<String, KnownRequest> underWay = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, KnownRequest> ended = new LinkedHashMap<>(16, 0.75f, true);
    private boolean lacksOlder;

    private Memory(boolean lacksOlder) {
      this.lacksOlder = lacksOlder;
    }

    private @Nullable KnownRequest get(String key) {
      KnownRequest known = underWay.get(key);
      return known == null ? ended.get(key) : known;
    }

    private void remove(String key) {
      underWay.remove(key);
      ended.remove(key);
    }

    private void put(String key, KnownRequest known, int most) {
      if (known.isFinished()) {
        underWay.remove(key);
        ended.put(key, known);
      } else {
        underWay.put(key, known);
      }
      while (underWay.size() + ended.size() > most) {
        boolean room = ended.size() > most / SHARE_OF_ENDED || underWay.isEmpty();
        Iterator<String> oldest = (room ? ended : underWay).keySet().iterator();
        oldest.next();
        oldest.remove();
        lacksOlder = true;
      }
    }
  }

  /**
   * A request that was submitted.
   *
   * @param before what was known of a request of the same tenant and id before
   * @param now what is known now
   */
  public record Noted(Optional<KnownRequest> before, KnownRequest now) {}

  /**
   * @param most requests in each partition, 1 or more
   */
  public RecentRequests(int most) {
    this.most = most;
  }

  /**
   * Begins to remember requests of a partition.
   *
   * @param lacksOlder whether there were requests of which nothing will be heard
   */
  public synchronized void open(int partition, boolean lacksOlder) {
    partitions.put(partition, new Memory(lacksOlder));
    lines.put(partition, new Memory(lacksOlder));
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
      Map<Integer, Memory> among, int partition, String key) {
    return Optional.ofNullable(among.get(partition)).map(known -> known.get(key));
  }

  /** Whether a request of this partition that is not found may be an older one. */
  public synchronized boolean lacksOlder(int partition) {
    Memory known = partitions.get(partition);
    return known == null || known.lacksOlder;
  }

  /**
   * Notes a request that this instance is about to submit.
   *
   * @param fingerprint of what is asked, under an idempotency key
   */
  public synchronized Noted submitted(
      int partition,
      String tenant,
      String id,
      ServiceClass serviceClass,
      String model,
      Optional<String> fingerprint,
      Instant now) {
    Optional<KnownRequest> before = find(partition, tenant, id);
    if (before.isPresent()) {
      return new Noted(before, before.get());
    }
    KnownRequest submitted =
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
            fingerprint);
    change(partitions, partition, tenant, id, now, _ -> submitted);
    return new Noted(before, submitted);
  }

  /** Forgets a request that could not be submitted. */
  public synchronized void forget(int partition, String tenant, String id) {
    Memory known = partitions.get(partition);
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
      Map<Integer, Memory> among,
      int partition,
      String tenant,
      String id,
      Instant now,
      UnaryOperator<KnownRequest> change) {
    Memory known = among.get(partition);
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
    known.put(key, change.apply(start), most);
  }
}
