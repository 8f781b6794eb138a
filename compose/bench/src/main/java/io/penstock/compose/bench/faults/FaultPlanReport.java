package io.penstock.compose.bench.faults;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import java.util.List;

/** Shows which faults a seed has, and runs none. */
public final class FaultPlanReport implements Bench {

  private static final double MILLIS = 1000;

  private final FaultsSettings settings;

  public FaultPlanReport(FaultsSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) {
    BenchTable table = new BenchTable("plan", "at, s", "fault", "target", "lasts, s", "skew, s");
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode faults = json.putArray("faults");
    for (PlannedFault each : FaultsBench.plan(settings)) {
      double at = each.at().toMillis() / MILLIS;
      double length = each.length().toMillis() / MILLIS;
      table.row(at, each.type().label(), each.target(), length, each.skew().toSeconds());
      faults
          .addObject()
          .put("at_s", at)
          .put("kind", each.type().label())
          .put("target", each.target())
          .put("length_s", length)
          .put("skew_s", each.skew().toSeconds());
    }
    return new Findings(List.of(table), List.of(), json, List.of());
  }
}
