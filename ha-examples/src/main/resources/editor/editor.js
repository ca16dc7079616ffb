'use strict';

const element = id => document.getElementById(id);
let current = null; // the article in the form, as the server has it; version 0 while it is new

/** Asks the editing servers; throws what they say is wrong. */
async function api(method, path, body) {
  const answer = await fetch('api' + path, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.error);
  }
  return json;
}

function say(message, isError) {
  element('message').textContent = message;
  element('message').className = isError ? 'error' : '';
}

/** An action of the user: what goes wrong in it is shown, not lost. */
const action = work => async event => {
  event?.preventDefault();
  say('…');
  try {
    say(await work(event) ?? '');
  } catch (error) {
    say(error.message, true);
  }
};

const pathOf = article =>
  `/publications/${encodeURIComponent(article.publication)}/articles/${encodeURIComponent(article.id)}`;

function show(article) {
  current = article;
  element('address').textContent =
    article.version ? `${article.publication} / ${article.id}, version ${article.version}` : `${article.publication}, new`;
  element('title').value = article.title;
  element('body').value = article.body;
  element('links').value = article.links.join(' ');
  element('publish').disabled = !article.version;
}

async function listArticles(after) {
  const publication = element('publications').value;
  if (!publication) {
    return;
  }
  const page = 50;
  const query = `?limit=${page}` + (after ? `&after=${encodeURIComponent(after)}` : '');
  const { articles } = await api('GET', `/publications/${encodeURIComponent(publication)}/articles${query}`);
  const items = articles.map(({ id, title }) => {
    const item = document.createElement('li');
    const button = item.appendChild(document.createElement('button'));
    button.textContent = title;
    button.onclick = action(async () => show(await api('GET', pathOf({ publication, id }))));
    return item;
  });
  if (after) {
    element('articles').append(...items);
  } else {
    element('articles').replaceChildren(...items);
  }
  element('more').hidden = articles.length < page;
  element('more').onclick = action(() => listArticles(articles.at(-1).id));
}

async function start() {
  const { publications } = await api('GET', '/publications');
  element('publications').replaceChildren(...publications.map(name => new Option(name)));
  newArticle();
  await listArticles();
  return publications.length ? 'choose an article' : 'nothing is saved yet';
}

function newArticle() {
  const publication = element('publications').value || 'news';
  show({ publication, id: `new-${Date.now()}`, version: 0, title: '', body: '', links: [] });
}

element('publications').onchange = action(() => listArticles());
element('new').onclick = action(newArticle);
element('article').onsubmit = action(async () => {
  const article = {
    ...current,
    version: current.version + 1,
    title: element('title').value,
    body: element('body').value,
    links: element('links').value.split(/\s+/).filter(Boolean),
  };
  show(await api('PUT', pathOf(article), article));
  return `version ${article.version} is saved`;
});
element('publish').onclick = action(async () => {
  const { version, route } = await api('POST', pathOf(current) + '/publish');
  return `version ${version} is about to be published at ${route}`;
});
action(start)();
