package io.penstock.compose.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock cancel}. */
@Command(
    name = "cancel",
    description = {
      "Ask to cancel requests that wait or run.",
      "",
      "Only requests of the named tenant are touched. Returns when the log has the command. A"
          + " request that ends CANCELLED says so in its result; one that had already finished"
          + " keeps its result. JSON: {\"id\",\"requested\":true} for each id."
    },
    footer = {
      "",
      "Examples:",
      "  penstock cancel 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d",
      "  penstock cancel --tenant acme $(cat ids.txt)"
    })
final class CancelCommand extends ClusterCommand {

  @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of requests.")
  List<String> ids = List.of();

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whose requests they are (default: ${DEFAULT-VALUE}).")
  String tenant = "default";

  CancelCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    Map<String, CompletableFuture<Void>> sent = new LinkedHashMap<>();
    ids.forEach(id -> sent.computeIfAbsent(id, i -> cluster.requests().cancel(tenant, i)));
    sent.forEach(
        (id, done) -> {
          done.join();
          if (output.json) {
            console()
                .print(RecordJson.MAPPER.createObjectNode().put("id", id).put("requested", true));
          } else {
            console().print("cancellation of " + id + " requested");
          }
        });
    return ExitCodes.OK;
  }
}
