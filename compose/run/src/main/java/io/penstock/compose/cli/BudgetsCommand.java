package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.streams.control.spend.BudgetReport;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock budgets}. */
@Command(
    name = "budgets",
    description = {
      "Show tenants' budgets, what is spent of them, and what is committed: the predicted cost of",
      "requests that wait or run.",
      "",
      "Budgets are part of a tenant's policy: see 'penstock routing apply --help'. Both are"
          + " at most some seconds old. JSON: an object for each tenant and period."
    },
    footer = {"", "Examples:", "  penstock budgets", "  penstock budgets --tenant acme --json"})
final class BudgetsCommand extends ClusterCommand {

  @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant's.")
  @Nullable String tenant;

  BudgetsCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) throws Exception {
    List<BudgetReport.Line> lines =
        BudgetReport.of(
                cluster.routing().list(),
                FleetReader.read(cluster, console()).committed(),
                environment.clock().instant())
            .stream()
            .filter(line -> tenant == null || tenant.equals(line.tenant()))
            .toList();
    if (output.json) {
      lines.forEach(line -> console().print(json(line)));
      return ExitCodes.OK;
    }
    Table table =
        new Table("TENANT", "PERIOD", "SPENT", "COMMITTED", "SOFT", "HARD", "STATE", "ENDS IN");
    for (BudgetReport.Line line : lines) {
      table.row(
          line.tenant(),
          line.period(),
          CostsCommand.money(line.spent()),
          CostsCommand.money(line.committed()),
          limit(line.soft()),
          limit(line.hard()),
          line.state(),
          TimeText.age(Duration.between(environment.clock().instant(), line.ends())));
    }
    if (table.isEmpty()) {
      console().print("no budget");
    } else {
      table.print(console());
    }
    return ExitCodes.OK;
  }

  private static String limit(@Nullable Double amount) {
    return amount == null ? "-" : CostsCommand.money(amount);
  }

  private static ObjectNode json(BudgetReport.Line line) {
    return RecordJson.MAPPER
        .createObjectNode()
        .put("tenant", line.tenant())
        .put("period", line.period().toString())
        .put("spent", line.spent())
        .put("committed", line.committed())
        .put("soft", line.soft())
        .put("hard", line.hard())
        .put("state", line.state().toString())
        .put("ends", line.ends().toString());
  }
}
