package io.penstock.broker.admin;

import io.penstock.schemas.fleet.FleetView;
import java.util.function.Supplier;

/**
 * Gives the fleet as dispatch last reported it.
 *
 * @param view of all partitions
 */
public record Fleet(Supplier<FleetView> view) {}
