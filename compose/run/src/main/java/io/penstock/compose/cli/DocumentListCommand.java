package io.penstock.compose.cli;

import io.penstock.schemas.routing.RoutingDocument;
import java.time.Instant;

/**
 * Lists all routing documents of a type, by name ascending.
 *
 * @param <D> the type
 */
abstract class DocumentListCommand<D extends RoutingDocument> extends ClusterCommand {

  private final Class<D> type;
  private final String none;

  /**
   * @param none what is printed in place of an empty table
   */
  DocumentListCommand(Environment environment, Class<D> type, String none) {
    super(environment);
    this.type = type;
    this.none = none;
  }

  /** What is shown of a document; JSON shows it whole. */
  abstract Listing<D> listing(Instant now);

  @Override
  final int run(Cluster cluster) {
    listing(environment.clock().instant())
        .print(console(), output.json, cluster.routing().list().all(type).toList(), none);
    return ExitCodes.OK;
  }
}
