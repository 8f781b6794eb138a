package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.cli.PenstockCli;
import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.KafkaQuorum;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The main class of a part: a {@code broker}, or {@code penstock} with the arguments of its command
 * line. Ends when its stdin does, so that it never outlives the run; SIGTERM stops it in order.
 */
final class PartMain {

  /** Is in the line that says so, of a broker as of the command line. */
  static final String READY = "\"ready\":true";

  private PartMain() {}

  /** See {@link Brokers} for the arguments of a broker. */
  public static void main(String... arguments) {
    var _ = Thread.ofPlatform().daemon().name("parent").start(PartMain::endWithParent);
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    switch (arguments[0]) {
      case "broker" -> broker(rest);
      case "penstock" -> PenstockCli.main(rest.toArray(String[]::new));
      default -> throw new IllegalArgumentException("no part is named " + arguments[0]);
    }
  }

  @SuppressWarnings("resource") // Its shutdown hook closes it.
  private static void broker(List<String> arguments) {
    Map<String, String> properties = new HashMap<>();
    for (String each : arguments.subList(6, arguments.size())) {
      int equals = each.indexOf('=');
      properties.put(each.substring(0, equals), each.substring(equals + 1));
    }
    String clusterId = arguments.get(3);
    EmbeddedKafka kafka =
        new EmbeddedKafka(
            new EmbeddedKafkaConfig(
                Path.of(arguments.get(0)),
                Integer.parseInt(arguments.get(1)),
                Brokers.MAX_RECORD_BYTES,
                clusterId.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                        new KafkaQuorum(
                            clusterId,
                            Integer.parseInt(arguments.get(2)),
                            Pattern.compile(",")
                                .splitAsStream(arguments.get(4))
                                .map(Integer::valueOf)
                                .toList(),
                            Duration.parse(arguments.get(5)))),
                properties));
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(kafka::close));
    kafka.start();
    System.out.println("{" + READY + "}");
  }

  private static void endWithParent() {
    try {
      int read = System.in.read();
      while (read >= 0) {
        read = System.in.read();
      }
    } catch (IOException e) {
      // Its parent is gone.
    }
    Runtime.getRuntime().halt(1);
  }
}
