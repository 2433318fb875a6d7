// The map of cases. Without this file there is a drawn one. Either way the list of cities stands below; this one is made of it.

const { L } = window;
const CLOSE = 40; // pixels between two markers; nearer cities share one
const SEAM = -30; // degrees east; the map begins and ends in the Atlantic, as in cities/maps.py
const NAMED = 3; // cities in the label of a marker that stands for several

let map = null;
let land = null;

function readCities() {
  return [...document.querySelectorAll("#browse [data-city]")].map((item) => {
    const { city, cases, latitude, longitude } = item.dataset;
    return { name: city, cases: Number(cases), at: L.latLng(latitude, Number(longitude) + (longitude < SEAM ? 360 : 0)), item };
  });
}

// The path of the drawn land, in degrees again; see the command make_land.
async function readLand({ land: address, units }) {
  const file = await fetch(address);
  const drawing = new DOMParser().parseFromString(await file.text(), "image/svg+xml");
  const rings = drawing.getElementById("land").getAttribute("d").split("z").slice(0, -1);
  return rings.map((ring) => {
    let [x, y, ...steps] = ring.match(/-?\d+/g).map((number) => number / units);
    const points = [[-y, x]];
    for (let i = 0; i < steps.length; i += 2) points.push([-(y += steps[i + 1]), (x += steps[i])]);
    return points;
  });
}

async function addLand(data) {
  const rings = await (land ??= readLand(data));
  for (const shift of [0, 360]) {
    const moved = rings.map((ring) => ring.map(([y, x]) => [y, x + shift]));
    L.polygon(moved, { className: "map-land", stroke: false, fillOpacity: 1, interactive: false }).addTo(map);
  }
}

// Cities that would cover each other stand together, where the one with most cases is: the list begins with it.
function together(cities) {
  const groups = [];
  for (const city of cities) {
    const point = map.latLngToLayerPoint(city.at);
    const near = groups.find((group) => group.point.distanceTo(point) < CLOSE);
    if (near) near.cities.push(city);
    else groups.push({ point, cities: [city] });
  }
  return groups.map((group) => group.cities);
}

function label(cities, cases) {
  const many = `${cases} case${cases === 1 ? "" : "s"}`;
  if (cities.length === 1) return `${cities[0].name}, ${many}`;
  const names = cities.slice(0, NAMED).map((city) => city.name);
  if (cities.length > NAMED) names.push(`${cities.length - NAMED} more`);
  return `${cities.length} cities, ${many}: ${names.join(", ")}`;
}

function marker(cities) {
  const cases = cities.reduce((sum, city) => sum + city.cases, 0);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = cases;
  button.title = label(cities, cases);
  button.setAttribute("aria-label", button.title);
  const size = Math.round(26 + 2 * Math.min(Math.sqrt(cases), 8));
  const className = `map-marker${cities.length > 1 ? " map-marker-several" : ""}`;
  const icon = L.divIcon({ html: button, className, iconSize: [size, size] });
  const one = L.marker(cities[0].at, { icon, keyboard: false, riseOnHover: true });
  one.on("click", () => choose(cities, button));
  return Object.assign(one, { cities, button });
}

// Several cities are looked at more closely; one, or several that no zoom parts, are told about.
function choose(cities, button) {
  const bounds = L.latLngBounds(cities.map((city) => city.at));
  const zoom = Math.min(map.getBoundsZoom(bounds, false, L.point(80, 80)), map.getMaxZoom());
  if (cities.length > 1 && zoom > map.getZoom()) {
    map.setView(bounds.getCenter(), zoom);
    return;
  }
  const list = document.createElement("ul");
  list.append(...cities.map((city) => city.item.cloneNode(true)));
  for (const item of list.children) delete item.dataset.city;
  const popup = L.popup({ offset: [0, -8], minWidth: 200 }).setLatLng(cities[0].at).setContent(list).openOn(map);
  list.querySelector("a").focus({ preventScroll: true });
  popup.once("remove", () => button.focus({ preventScroll: true }));
}

function start() {
  stop();
  const box = document.querySelector(".map[data-land]");
  if (!box) return;
  const { tiles, attribution } = box.dataset;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const element = document.createElement("div");
  element.className = "map-live";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Map of the cities. Arrow keys move it, plus and minus zoom.");
  box.append(element);
  map = L.map(element, {
    ...(tiles ? { maxZoom: 14 } : { crs: L.CRS.EPSG4326, maxZoom: 5.5, zoomSnap: 0 }),
    attributionControl: Boolean(tiles),
    scrollWheelZoom: false,
    dragging: matchMedia("(pointer: fine)").matches, // one finger scrolls the page, two move the map
    maxBounds: [[-75, SEAM - 30], [88, SEAM + 390]],
    ...(still && { zoomAnimation: false, fadeAnimation: false, inertia: false }),
  });
  const { x, y, width, height } = box.querySelector("svg").viewBox.baseVal;
  const { units } = box.dataset;
  map.fitBounds([[-y / units, x / units], [-(y + height) / units, (x + width) / units]]);
  map.setMinZoom(Math.min(map.getZoom(), 1.5));
  if (tiles) L.tileLayer(tiles, { attribution }).addTo(map);
  else addLand(box.dataset);

  const cities = readCities();
  const markers = L.layerGroup().addTo(map);
  const draw = () => {
    const focused = markers.getLayers().find((one) => one.button === document.activeElement)?.cities[0];
    markers.clearLayers();
    for (const group of together(cities)) {
      const one = marker(group).addTo(markers);
      if (group.includes(focused)) one.button.focus({ preventScroll: true });
    }
  };
  map.on("zoomend", draw);
  element.addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
  draw();
}

function stop() {
  map?.remove();
  map = null;
  document.querySelector(".map-live")?.remove();
}

start();
document.addEventListener("htmx:beforeHistorySave", stop); // what is kept for the back button is the drawn map
document.addEventListener("htmx:afterSettle", start);
document.addEventListener("htmx:historyRestore", start);
