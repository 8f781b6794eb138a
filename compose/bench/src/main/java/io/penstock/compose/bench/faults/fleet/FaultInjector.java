package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.bench.faults.judge.FaultRecord;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import io.penstock.compose.bench.rig.InSync;
import io.penstock.compose.kafka.HangingTransactions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** Has faults happen to a fleet, one at a time, and waits until it has recovered from each. */
public final class FaultInjector implements AutoCloseable {

  private static final Duration READY = Duration.ofMinutes(3);
  private static final Duration CALL = Duration.ofSeconds(3);
  private static final int TRIES = 20;
  private static final Pattern SERVES =
      Pattern.compile(
          "(?m)^penstock_dispatch_workers\\{[^}]*partition=\"%d\"[^}]*} [0-9.]+"
              .formatted(FaultFleet.PARTITION));

  private final FaultFleet fleet;
  private final FaultsLayout layout;
  private final LongSupplier clock;
  private final Admin admin;
  private Optional<HangingTransactions> hanging = Optional.empty();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CALL).build();

  /**
   * @param clock milliseconds since the begin of the load
   */
  public FaultInjector(FaultFleet fleet, LongSupplier clock) {
    this.fleet = fleet;
    this.layout = fleet.layout();
    this.clock = clock;
    this.admin = Admin.create(fleet.connection().with(Map.of()));
  }

  /** Returns when the part that it hit serves again, or its patience ends. */
  public FaultRecord inject(PlannedFault fault) throws IOException, InterruptedException {
    String target = target(fault);
    long begin = clock.getAsLong();
    return switch (fault.type().action()) {
      case KILL -> kill(fault, target, begin);
      case PAUSE -> pause(fault, target, begin);
      case STOP -> terminate(fault, target, begin);
      case PARTITION -> partition(fault, target, begin);
      case START_WITHOUT -> startWithoutRegistry(fault, begin);
      case FILL_DISK -> fillDisk(fault, target, begin);
      case SKEW -> skew(fault, target, begin);
      case ROLL -> roll(fault, begin);
    };
  }

  private String target(PlannedFault fault) throws InterruptedException {
    return switch (fault.target()) {
      case FaultsLayout.ACTIVE_DISPATCH -> dispatch(true);
      case FaultsLayout.STANDBY_DISPATCH -> dispatch(false);
      case FaultsLayout.CONTROLLER -> "kafka-" + controller();
      default -> fault.target();
    };
  }

  private FaultRecord kill(PlannedFault fault, String target, long begin)
      throws IOException, InterruptedException {
    if (target.equals(FaultsLayout.REGISTRY)) {
      fleet.registry().stop();
      Thread.sleep(fault.length());
      long end = clock.getAsLong();
      fleet.registry().again();
      return record(fault, target, begin, end, fleet.registry().awaitReady(READY));
    }
    List<String> hit = target.equals(FaultsLayout.KAFKA) ? layout.brokerNames() : List.of(target);
    for (String each : hit) {
      fleet.part(each).kill();
    }
    Thread.sleep(fault.length());
    return again(fault, target, hit, begin);
  }

  /** Starts what was taken down. */
  private FaultRecord again(PlannedFault fault, String target, List<String> hit, long begin)
      throws IOException, InterruptedException {
    long end = clock.getAsLong();
    for (String each : hit) {
      fleet.part(each).start();
    }
    boolean ready = true;
    for (String each : hit) {
      ready &= fleet.part(each).awaitReady(READY);
    }
    if (hitsBrokers(fault)) {
      endHangingTransactions();
    }
    return record(fault, target, begin, end, ready && brokersInSync(fault));
  }

  /** As {@code up} does for its own broker, and an operator of another Kafka has to do. */
  private void endHangingTransactions() {
    hanging.ifPresent(HangingTransactions::close);
    hanging = Optional.of(HangingTransactions.watch(admin));
  }

  /** The next broker may only be taken down when the copies of this one are whole again. */
  private boolean brokersInSync(PlannedFault fault) throws InterruptedException {
    if (!hitsBrokers(fault) || layout.brokers() == 1) {
      return true;
    }
    for (int tried = 0; tried < TRIES; tried++) {
      try {
        InSync.await(admin);
        InSync.leadAsPreferred(admin);
        return true;
      } catch (ExecutionException | KafkaException e) {
        Thread.sleep(Duration.ofSeconds(1));
      }
    }
    return false;
  }

  private static boolean hitsBrokers(PlannedFault fault) {
    return switch (fault.type().part()) {
      case BROKER, CONTROLLER, KAFKA, EVERYTHING -> true;
      default -> fault.target().startsWith(FaultsLayout.KAFKA);
    };
  }

  private FaultRecord pause(PlannedFault fault, String target, long begin)
      throws IOException, InterruptedException {
    PartProcess process = fleet.part(target).process();
    process.pause();
    try {
      Thread.sleep(fault.length());
    } finally {
      process.goOn();
    }
    return record(fault, target, begin, clock.getAsLong(), brokersInSync(fault));
  }

  private FaultRecord terminate(PlannedFault fault, String target, long begin)
      throws IOException, InterruptedException {
    boolean ended = fleet.part(target).terminate();
    Thread.sleep(fault.length());
    FaultRecord record = again(fault, target, List.of(target), begin);
    return ended ? record : problem(record, target + " did not stop within a minute");
  }

  private FaultRecord partition(PlannedFault fault, String target, long begin)
      throws InterruptedException {
    fleet.brokers().cutOff(target);
    try {
      Thread.sleep(fault.length());
    } finally {
      fleet.brokers().mend(target);
    }
    return record(fault, target, begin, clock.getAsLong(), true);
  }

  private FaultRecord startWithoutRegistry(PlannedFault fault, long begin)
      throws IOException, InterruptedException {
    String started = layout.frontNames().getFirst();
    fleet.registry().stop();
    fleet.part(started).kill();
    fleet.part(started).start();
    Thread.sleep(fault.length());
    long end = clock.getAsLong();
    fleet.registry().again();
    boolean ready = fleet.registry().awaitReady(READY) && fleet.part(started).awaitReady(READY);
    return record(fault, started, begin, end, ready);
  }

  /** A broker gives up when it cannot write, or is killed at the end. */
  private FaultRecord fillDisk(PlannedFault fault, String target, long begin)
      throws IOException, InterruptedException {
    fleet.disk(target).fill();
    fleet.part(target).expectEnd(fault.length());
    fleet.disk(target).empty();
    return again(fault, target, List.of(target), begin);
  }

  private FaultRecord skew(PlannedFault fault, String target, long begin)
      throws IOException, InterruptedException {
    fleet.clock(target).shift(fault.skew());
    try {
      Thread.sleep(fault.length());
    } finally {
      fleet.clock(target).shift(Duration.ZERO);
    }
    long end = clock.getAsLong();
    Thread.sleep(ShiftedClock.SETTLES);
    return record(fault, target, begin, end, brokersInSync(fault));
  }

  private FaultRecord roll(PlannedFault fault, long begin)
      throws IOException, InterruptedException {
    List<String> problems = new ArrayList<>();
    List<String> all = new ArrayList<>(layout.roleNames());
    all.addAll(layout.brokerNames());
    for (String each : all) {
      if (!fleet.part(each).terminate()) {
        problems.add(each + " did not stop within a minute");
      }
      fleet.part(each).start();
      if (!fleet.part(each).awaitReady(READY)) {
        problems.add(each + " did not start again");
      }
      if (each.startsWith(FaultsLayout.KAFKA) && !brokersInSync(fault)) {
        problems.add(each + " did not come into sync");
      }
    }
    fleet.registry().again();
    if (!fleet.registry().awaitReady(READY)) {
      problems.add("the registry did not start again");
    }
    long end = clock.getAsLong();
    return new FaultRecord(
        fault, FaultsLayout.EVERYTHING, begin, end, end, String.join("; ", problems));
  }

  private FaultRecord record(
      PlannedFault fault, String target, long begin, long end, boolean recovered) {
    String problem =
        recovered
            ? ""
            : "%s was not ready %d s after the end of the fault"
                .formatted(target, READY.toSeconds());
    return new FaultRecord(fault, target, begin, end, clock.getAsLong(), problem);
  }

  private static FaultRecord problem(FaultRecord record, String problem) {
    return new FaultRecord(
        record.planned(),
        record.target(),
        record.begin(),
        record.end(),
        record.recovered(),
        Stream.of(record.problem(), problem)
            .filter(each -> !each.isEmpty())
            .reduce((one, other) -> one + "; " + other)
            .orElse(""));
  }

  /** The dispatch process that serves the model's partition, or the other. */
  private String dispatch(boolean active) throws InterruptedException {
    for (int tried = 0; tried < TRIES; tried++) {
      for (String each : layout.dispatchNames()) {
        if (serves(each)) {
          return active
              ? each
              : layout.dispatchNames().stream()
                  .filter(name -> !name.equals(each))
                  .findFirst()
                  .orElseThrow();
        }
      }
      Thread.sleep(Duration.ofSeconds(1));
    }
    return active ? layout.dispatchNames().getFirst() : layout.dispatchNames().getLast();
  }

  private boolean serves(String dispatch) throws InterruptedException {
    try {
      String metrics =
          http.send(
                  HttpRequest.newBuilder(fleet.operations(dispatch).resolve("/metrics"))
                      .timeout(CALL)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return SERVES.matcher(metrics).find();
    } catch (IOException e) {
      return false;
    }
  }

  private int controller() throws InterruptedException {
    for (int tried = 0; tried < TRIES; tried++) {
      try {
        return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
      } catch (ExecutionException e) {
        Thread.sleep(Duration.ofSeconds(1));
      }
    }
    return 1;
  }

  @Override
  public void close() {
    hanging.ifPresent(HangingTransactions::close);
    admin.close(CALL);
    http.shutdownNow();
  }
}
