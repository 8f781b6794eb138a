package io.penstock.compose.bench.faults.fleet;

import static java.util.stream.Collectors.joining;

import io.penstock.compose.bench.faults.plan.FaultsLayout;
import io.penstock.compose.kafka.KafkaQuorum;
import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The addresses and arguments of the brokers. A process that may be cut off has a listener of its
 * own at each broker, whose advertised address leads through a {@link Relay}: whichever broker its
 * clients are sent to, they go there through the relay of that process.
 */
final class Brokers implements AutoCloseable {

  static final int MAX_RECORD_BYTES = 18 * 1024 * 1024;

  private static final Duration SESSION = Duration.ofSeconds(6);
  private static final String CLIENTS = "PLAINTEXT";

  private final FaultsLayout layout;
  private final String clusterId = KafkaQuorum.newClusterId();
  private final List<Integer> clientPorts;
  private final List<Integer> controllerPorts;
  private final Map<String, Door> doors = new LinkedHashMap<>();
  private final Deque<Relay> relays = new ArrayDeque<>();

  /**
   * The way of one process to the brokers.
   *
   * @param listeners the brokers' ports for it
   * @param entries the ports of its relays, one for each broker
   * @param relays likewise
   */
  private record Door(List<Integer> listeners, List<Integer> entries, List<Relay> relays) {}

  /**
   * @param cuttable the processes that may be cut off
   */
  Brokers(FaultsLayout layout, Collection<String> cuttable) throws IOException {
    this.layout = layout;
    clientPorts = LoopbackPorts.free(layout.brokers());
    controllerPorts = LoopbackPorts.free(layout.brokers());
    for (String each : cuttable) {
      List<Integer> listeners = LoopbackPorts.free(layout.brokers());
      List<Integer> entries = LoopbackPorts.free(layout.brokers());
      List<Relay> own = new ArrayList<>();
      for (int broker = 0; broker < layout.brokers(); broker++) {
        Relay relay = new Relay(entries.get(broker), listeners.get(broker));
        relays.push(relay);
        own.add(relay);
      }
      doors.put(each, new Door(listeners, entries, List.copyOf(own)));
    }
  }

  /** Where a process finds them. */
  String bootstrapServers(String process) {
    Door door = doors.get(process);
    return addresses(door == null ? clientPorts : door.entries());
  }

  /** Where everybody finds them who is never cut off. */
  String bootstrapServers() {
    return addresses(clientPorts);
  }

  private static String addresses(List<Integer> ports) {
    return ports.stream().map(port -> LoopbackPorts.HOST + ":" + port).collect(joining(","));
  }

  void cutOff(String process) {
    doors.get(process).relays().forEach(Relay::cut);
  }

  void mend(String process) {
    doors.get(process).relays().forEach(Relay::mend);
  }

  /**
   * The arguments of one for {@link PartMain}.
   *
   * @param node from 1
   */
  List<String> arguments(int node, Path folder) {
    boolean alone = layout.brokers() == 1;
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "broker",
                folder.toString(),
                clientPorts.get(node - 1).toString(),
                String.valueOf(node),
                alone ? "" : clusterId,
                controllerPorts.stream().map(String::valueOf).collect(joining(",")),
                SESSION.toString()));
    List<String> listeners = new ArrayList<>();
    List<String> advertised = new ArrayList<>();
    List<String> protocols = new ArrayList<>();
    listeners.add(address(CLIENTS, clientPorts.get(node - 1)));
    advertised.add(address(CLIENTS, clientPorts.get(node - 1)));
    protocols.add(CLIENTS + ":PLAINTEXT");
    protocols.add("CONTROLLER:PLAINTEXT");
    doors.forEach(
        (process, door) -> {
          String listener = process.replace("-", "").toUpperCase(Locale.ROOT);
          listeners.add(address(listener, door.listeners().get(node - 1)));
          advertised.add(address(listener, door.entries().get(node - 1)));
          protocols.add(listener + ":PLAINTEXT");
        });
    int controller = controllerPorts.get(node - 1);
    listeners.add(address("CONTROLLER", controller));
    arguments.add("listeners=" + String.join(",", listeners));
    arguments.add("advertised.listeners=" + String.join(",", advertised));
    arguments.add("listener.security.protocol.map=" + String.join(",", protocols));
    if (alone) {
      arguments.add("controller.quorum.voters=1@%s:%d".formatted(LoopbackPorts.HOST, controller));
    }
    return arguments;
  }

  private static String address(String listener, int port) {
    return "%s://%s:%d".formatted(listener, LoopbackPorts.HOST, port);
  }

  @Override
  public void close() throws IOException {
    while (!relays.isEmpty()) {
      relays.pop().close();
    }
  }
}
