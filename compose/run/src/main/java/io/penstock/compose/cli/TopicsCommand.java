package io.penstock.compose.cli;

import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSpec;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;

/** {@code penstock topics} and the command below it. */
@Command(
    name = "topics",
    description = "Show Penstock's topics, and make them, so that no process needs the right to.",
    footer = {
      "",
      "Examples:",
      "  penstock topics show",
      "  penstock topics apply --config penstock.yaml"
    })
final class TopicsCommand extends GroupCommand {

  /** {@code penstock topics show}. */
  @Command(
      name = "show",
      description = {
        "Show the topics as the configuration lays them out. Connects to nothing.",
        "",
        "JSON: {\"name\",\"partitions\",\"replication\",\"purpose\",\"configs\"} for each."
      })
  static final class Show extends KafkaCommand {

    private static final Listing<TopicSpec> LISTING =
        Listing.of(
            Column.of("NAME", "name", TopicSpec::name),
            Column.of("PARTITIONS", "partitions", TopicSpec::partitions),
            Column.of("REPLICATION", "replication", TopicSpec::replicationFactor),
            Column.of("PURPOSE", "purpose", TopicSpec::purpose),
            Column.field("configs", TopicSpec::configs));

    Show(Environment environment) {
      super(environment);
    }

    @Override
    int run(ClusterChoice choice) {
      LISTING.print(console(), output.json, new TopicCatalog(choice.topics()).topics());
      return ExitCodes.OK;
    }
  }

  /** {@code penstock topics apply}. */
  @Command(
      name = "apply",
      description = {
        "Make the topics that are missing, laid out as the configuration says; refuse those that"
            + " differ in their partitions.",
        "",
        "Every process of 'penstock up' does the same when it starts, if it may. You need what"
            + " 'acls show --role setup' lists. JSON: {\"created\"}."
      })
  static final class Apply extends KafkaCommand {

    Apply(Environment environment) {
      super(environment);
    }

    @Override
    int run(ClusterChoice choice) {
      Map<String, Object> client = connection(choice).with(Map.of("client.id", "penstock-topics"));
      try (Admin admin = Admin.create(client)) {
        List<String> created = TopicAdmin.ensure(admin, choice.topics());
        if (output.json) {
          console()
              .print(
                  RecordJson.MAPPER
                      .createObjectNode()
                      .set("created", RecordJson.MAPPER.valueToTree(created)));
        } else if (created.isEmpty()) {
          console().print("all topics are there");
        } else {
          created.stream().sorted().map("created "::concat).forEach(console()::print);
        }
      }
      return ExitCodes.OK;
    }
  }
}
