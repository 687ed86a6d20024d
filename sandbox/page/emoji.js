/** Slack's emoji names, as far as casework needs them. */

const BY_NAME = {
  "+1": "👍", "-1": "👎", "100": "💯", alarm_clock: "⏰", arrow_backward: "◀️", arrow_down: "⬇️", arrow_forward: "▶️",
  arrow_left: "⬅️", arrow_right: "➡️", arrow_up: "⬆️", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️",
  bar_chart: "📊", bell: "🔔", black_circle: "⚫", black_small_square: "▪️", blue_heart: "💙", book: "📖",
  bookmark: "🔖", bulb: "💡", bust_in_silhouette: "👤", busts_in_silhouette: "👥", calendar: "📅", calling: "📲", chart_with_upwards_trend: "📈",
  check: "✔️", clipboard: "📋", clock1: "🕐", clock9: "🕘", closed_lock_with_key: "🔐", coffee: "☕", construction: "🚧",
  construction_worker: "👷", credit_card: "💳", cry: "😢", date: "📅", disappointed: "😞", dollar: "💵", email: "📧",
  "e-mail": "📧", envelope: "✉️", exclamation: "❗", eyes: "👀", fire: "🔥", file_folder: "📁", grey_question: "❔",
  grey_exclamation: "❕", green_circle: "🟢", hammer: "🔨", hammer_and_wrench: "🛠️", handshake: "🤝", heart: "❤️",
  heavy_check_mark: "✔️", heavy_minus_sign: "➖", heavy_multiplication_x: "✖️", heavy_plus_sign: "➕", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", house: "🏠", house_with_garden: "🏡", inbox_tray: "📥", incoming_envelope: "📨",
  information_source: "ℹ️", key: "🔑", label: "🏷️", large_blue_circle: "🔵", large_green_circle: "🟢",
  large_orange_circle: "🟠", large_red_circle: "🔴", large_yellow_circle: "🟡", left_right_arrow: "↔️", link: "🔗", lock: "🔒", loudspeaker: "📢",
  mag: "🔍", mailbox: "📫", mega: "📣", memo: "📝", moneybag: "💰", new: "🆕", no_bell: "🔕", no_entry: "⛔",
  no_entry_sign: "🚫", octagonal_sign: "🛑", ok: "🆗", ok_hand: "👌", outbox_tray: "📤", page_facing_up: "📄",
  palm_tree: "🌴", paperclip: "📎", pencil: "📝", pencil2: "✏️", phone: "☎️", point_down: "👇", point_left: "👈", point_right: "👉",
  point_up: "☝️", pray: "🙏", pushpin: "📌", question: "❓", radio_button: "🔘", raised_hand: "✋", raising_hand: "🙋",
  receipt: "🧾", recycle: "♻️", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", round_pushpin: "📍",
  scales: "⚖️", shield: "🛡️", simple_smile: "🙂", slightly_smiling_face: "🙂", smile: "😄", smiley: "😃", sos: "🆘",
  sparkles: "✨", speech_balloon: "💬", spiral_calendar_pad: "🗓️", spiral_note_pad: "🗒️", star: "⭐", stopwatch: "⏱️",
  sun_with_face: "🌞", sunny: "☀️", sunrise: "🌅", tada: "🎉", telephone: "☎️", telephone_receiver: "📞", thinking_face: "🤔",
  thumbsdown: "👎", thumbsup: "👍", ticket: "🎫", timer_clock: "⏲️", triangular_flag_on_post: "🚩", twisted_rightwards_arrows: "🔀", unlock: "🔓",
  warning: "⚠️", wave: "👋", wastebasket: "🗑️", white_check_mark: "✅", white_circle: "⚪", white_large_square: "⬜",
  white_small_square: "▫️", wrench: "🔧", writing_hand: "✍️", x: "❌", zap: "⚡", zzz: "💤",
};

/** The character of an emoji name; undefined when it is not known. */
export function emoji(name) {
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** A text in which every known `:name:` is its character. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
