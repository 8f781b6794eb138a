/** A/B tests: statistics that may be looked at any time, and what follows from them. */
@NullMarked
package io.penstock.streams.control.experiment;

import org.jspecify.annotations.NullMarked;
