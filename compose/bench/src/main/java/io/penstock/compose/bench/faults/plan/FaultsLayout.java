package io.penstock.compose.bench.faults.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The processes of a run, by name.
 *
 * @param brokers 1 or 3
 * @param workers 2 or more
 */
public record FaultsLayout(int brokers, int workers) {

  public static final String ACTIVE_DISPATCH = "dispatch-active";
  public static final String STANDBY_DISPATCH = "dispatch-standby";
  public static final String CONTROLLER = "kafka-controller";
  public static final String KAFKA = "kafka";
  public static final String REGISTRY = "registry";
  public static final String EVERYTHING = "everything";
  public static final String SCORE = "score";
  public static final String CONTROL = "control";

  private static final int MOST_WORKERS = 8;

  public FaultsLayout {
    if (brokers != 1 && brokers != 3) {
      throw new IllegalArgumentException("brokers is %d; it must be 1 or 3".formatted(brokers));
    }
    if (workers < 2 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "workers is %d; it must be 2 to %d, so that one may fail"
              .formatted(workers, MOST_WORKERS));
    }
  }

  public List<String> brokerNames() {
    return numbered("kafka-", brokers);
  }

  public List<String> workerNames() {
    return numbered("worker-", workers);
  }

  public List<String> dispatchNames() {
    return numbered("dispatch-", 2);
  }

  public List<String> frontNames() {
    return numbered("front-", 2);
  }

  /** Every process but brokers and the registry, in the order in which they are restarted. */
  public List<String> roleNames() {
    List<String> names = new ArrayList<>(List.of(SCORE, CONTROL));
    names.addAll(dispatchNames());
    names.addAll(frontNames());
    names.addAll(workerNames());
    return names;
  }

  /** Whom a fault of this type may hit. */
  List<String> targets(FaultType type) {
    return switch (type.part()) {
      case WORKER -> workerNames();
      case ACTIVE_DISPATCH -> List.of(ACTIVE_DISPATCH);
      case STANDBY_DISPATCH -> List.of(STANDBY_DISPATCH);
      case SCORE -> List.of(SCORE);
      case CONTROL -> List.of(CONTROL);
      case FRONT -> frontNames();
      case BROKER -> brokerNames();
      case CONTROLLER -> List.of(CONTROLLER);
      case REGISTRY -> List.of(REGISTRY);
      case KAFKA -> List.of(KAFKA);
      case EVERYTHING -> List.of(EVERYTHING);
      case ANY -> {
        List<String> all = new ArrayList<>(roleNames());
        all.addAll(brokerNames());
        yield all;
      }
    };
  }

  private static List<String> numbered(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(number -> prefix + number).toList();
  }
}
