package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.chart.Chart;
import java.util.List;
import java.util.Optional;

/**
 * The result of one act of the routing demo.
 *
 * @param name of the act
 * @param facts what happened, each a label and its value
 * @param notes sentences that explain, such as a decision's reason
 * @param chart if it has one
 * @param figures the same for programs
 * @param asPromised whether what should happen did
 */
record Act(
    String name,
    List<Fact> facts,
    List<String> notes,
    Optional<Chart> chart,
    ObjectNode figures,
    boolean asPromised) {

  /** A line of the table. */
  record Fact(String label, Object value) {}

  Act {
    facts = List.copyOf(facts);
    notes = List.copyOf(notes);
  }
}
