package io.penstock.compose.cli;

import io.penstock.schemas.routing.RoutingDocument;
import java.time.Instant;
import java.util.List;

/**
 * Lists all routing documents of a type, by name ascending: as JSON one a line, else as a table.
 *
 * @param <D> the type
 */
abstract class DocumentListCommand<D extends RoutingDocument> extends ClusterCommand {

  private final Class<D> type;
  private final String none;
  private final List<String> headings;

  /**
   * @param none what is printed in place of an empty table
   */
  DocumentListCommand(Environment environment, Class<D> type, String none, List<String> headings) {
    super(environment);
    this.type = type;
    this.none = none;
    this.headings = headings;
  }

  /** A document's cells, one for each heading. */
  abstract List<Object> row(D document, Instant now);

  @Override
  final int run(Cluster cluster) throws Exception {
    List<D> all = cluster.routing().list().all(type).toList();
    if (output.json) {
      for (D each : all) {
        console().print(RoutingCommand.json(each));
      }
      return ExitCodes.OK;
    }
    Table table = new Table(headings.toArray(String[]::new));
    Instant now = environment.clock().instant();
    all.forEach(each -> table.row(row(each, now).toArray()));
    if (table.isEmpty()) {
      console().print(none);
    } else {
      table.print(console());
    }
    return ExitCodes.OK;
  }
}
