package io.penstock.streams.score.model;

import io.penstock.schemas.extension.Options;

/** Provides {@link RoutingChooser} as {@code routing}. It has no options. */
public final class RoutingChooserProvider implements ModelChooserProvider {

  @Override
  public String name() {
    return "routing";
  }

  @Override
  public ModelChooser create(ChooserParts parts, Options options) {
    return new RoutingChooser(
        parts.outputs(), parts.complexity(), parts.levels(), parts.modelPartitions());
  }
}
