package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.chart.SvgChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** The results of the routing demo, act by act. */
public final class RoutingDemoReport {

  private final List<Act> acts;
  private final int submitted;
  private final int lost;
  private final int duplicates;

  RoutingDemoReport(List<Act> acts, int submitted, int lost, int duplicates) {
    this.acts = List.copyOf(acts);
    this.submitted = submitted;
    this.lost = lost;
    this.duplicates = duplicates;
  }

  /** Returns whether every act went as promised, and every request was answered exactly once. */
  public boolean flawless() {
    return lost == 0 && duplicates == 0 && acts.stream().allMatch(Act::asPromised);
  }

  /** Tells each line of the table: a label and its value; an act's name has an empty value. */
  public void table(BiConsumer<String, Object> rows) {
    for (Act act : acts) {
      rows.accept(act.name().toUpperCase(Locale.ROOT), act.asPromised() ? "" : "NOT AS PROMISED");
      act.facts().forEach(fact -> rows.accept("  " + fact.label(), fact.value()));
    }
    rows.accept("ALTOGETHER", "");
    rows.accept("  submitted", submitted);
    rows.accept("  lost", lost);
    rows.accept("  duplicates", duplicates);
  }

  /** Sentences that explain, each with its act. */
  public List<String> notes() {
    return acts.stream()
        .flatMap(act -> act.notes().stream().map(note -> act.name() + ": " + note))
        .toList();
  }

  /** Draws the charts into a folder and returns the files. */
  public List<Path> draw(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    for (Act act : acts) {
      if (act.chart().isPresent()) {
        Chart chart = act.chart().get();
        Path file = folder.resolve("routing-" + chart.name() + ".svg");
        Files.writeString(file, SvgChart.of(chart));
        files.add(file);
      }
    }
    return files;
  }

  /** The stable JSON form: submitted, lost, duplicates, as_promised, and an object for each act. */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("submitted", submitted)
            .put("lost", lost)
            .put("duplicates", duplicates)
            .put("as_promised", flawless());
    acts.forEach(act -> json.set(act.name().replace(' ', '_'), act.figures()));
    return json;
  }
}
