// The family by which a metric is found by its name, with all members registered; no part of keras.metrics.

import "./index.js";

export { metrics } from "./metric.js";
