package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.policies.BudgetReport;
import java.time.Duration;
import java.time.Instant;
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
final class BudgetsCommand extends OperatorResultCommand<List<BudgetReport.Line>> {

  @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant's.")
  @Nullable String tenant;

  BudgetsCommand(Environment environment) {
    super(environment);
  }

  @Override
  List<BudgetReport.Line> ask(Cluster cluster) {
    return BudgetReport.of(
            cluster.routing().list(),
            FleetReader.read(cluster, console()).committed(),
            environment.clock().instant())
        .stream()
        .filter(line -> tenant == null || tenant.equals(line.tenant()))
        .toList();
  }

  @Override
  List<BudgetReport.Line> ask(FrontClient client) throws InterruptedException {
    return FrontFleet.budgets(client, tenant);
  }

  @Override
  int show(List<BudgetReport.Line> lines) {
    Instant now = environment.clock().instant();
    Listing.<BudgetReport.Line>of(
            Column.of("TENANT", "tenant", BudgetReport.Line::tenant),
            Column.of("PERIOD", "period", line -> line.period().toString()),
            Column.of("SPENT", "spent", BudgetReport.Line::spent, CostsCommand::money),
            Column.of("COMMITTED", "committed", BudgetReport.Line::committed, CostsCommand::money),
            Column.of("SOFT", "soft", BudgetReport.Line::soft, CostsCommand::money),
            Column.of("HARD", "hard", BudgetReport.Line::hard, CostsCommand::money),
            Column.of("STATE", "state", line -> line.state().toString()),
            Column.of(
                "ENDS IN",
                "ends",
                BudgetReport.Line::ends,
                ends -> TimeText.age(Duration.between(now, ends))))
        .print(console(), output.json, lines, "no budget");
    return ExitCodes.OK;
  }
}
